//! What a search matches, and which part of a message it marks. Only OpenSearch: the fake finds substrings.

use contracts::{page, put};
use conversation::Order;
use conversation::fake::samples::{chat_id, token};
use conversation::ports::IndexMessages;

use super::{index_all, numbers, own_index, search, wait_for_hits};

const CORPUS: &[&str] = &[
    "Hello world, the weather is fine",    // 1
    "helloworld has no space",             // 2
    "wörld in the café",                   // 3
    "C++ and foo-bar/baz cost 50% of C",   // 4
    "أهلا بالعالم، الطقس جميل اليوم",       // 5
    "今天天气很好，我们去公园",            // 6
    "party 🎉🎊 tonight",                  // 7
    "if (a[i] != b) { return \"x\\n\"; }", // 8
    "the cafe is closed",                  // 9
    "accommodation for two",               // 10
    "cafe\u{301} in decomposed letters",   // 11
    "C and 50 and foo bar",                // 12
    "شُكْرًا جزيلاً",                           // 13
];

/// Searches, and the messages that each must find: best first, equal scores by number.
const EXPECTED: &[(&str, &[u64])] = &[
    ("hello", &[1, 2]),
    ("HELLO WORLD", &[1, 2]),
    ("world hello", &[1, 2]),
    ("weat", &[1]),
    ("eathe", &[1]),
    ("wether", &[1]),
    ("helo", &[1]),
    ("acommodation", &[10]),
    ("café", &[3, 9, 11]),
    ("cafe", &[9, 3, 11]),
    ("C++", &[4]),
    ("50%", &[4]),
    ("foo-bar/baz", &[4]),
    ("o-bar/b", &[4]),
    ("-bar", &[4]),
    ("جميل", &[5]),
    ("لطق", &[5]),
    ("اهلا", &[5]),
    ("شكرا", &[13]),
    ("天气", &[6]),
    ("天气很", &[6]),
    ("园", &[6]),
    ("今天天汽", &[6]),
    ("今天气很好", &[6]),
    ("去去公园", &[6]),
    ("明年下雨", &[]),
    ("🎉", &[7]),
    ("🎉🎊", &[7]),
    ("a[i] != b", &[8]),
    ("\"x\\n\"", &[8]),
    ("hello*", &[]),
    ("wor?d", &[]),
    ("*", &[]),
    ("body:hello", &[]),
    ("hello OR coffee", &[]),
    ("\"hello", &[]),
    ("气天", &[]),
];

#[tokio::test]
async fn words_beginnings_substrings_and_typos_match_in_any_script() {
    let (index, here) = (own_index(), chat_id(&token(), 1));
    let changes: Vec<_> = (1..).zip(CORPUS).map(|(number, body)| put(&here, number, number, body)).collect();
    index_all(&index, &changes).await;
    wait_for_hits(&index, &here, "accommodation", &[10]).await;
    let mut wrong = Vec::new();
    for (text, expected) in EXPECTED {
        let found = numbers(&index, &here, text).await;
        if found != *expected {
            wrong.push(format!("{text:?}: expected {expected:?}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn the_match_is_marked() {
    let (index, here) = (own_index(), chat_id(&token(), 1));
    index.index(&[put(&here, 1, 1, "a <b> of fine weather & foo-bar/baz")]).await.unwrap();
    wait_for_hits(&index, &here, "weather", &[1]).await;
    for (text, marked) in [
        ("weather", "a <b> of fine <em>weather</em> & foo-bar/baz"),
        ("eathe", "a <b> of fine w<em>eathe</em>r & foo-bar/baz"),
        ("o-bar/b", "a <b> of fine weather & fo<em>o-bar/b</em>az"),
        ("wether", "a <b> of fine <em>weather</em> & foo-bar/baz"),
    ] {
        let hits = search(&index, &here, text, page(1, Order::Ascending, None)).await;
        assert_eq!(hits.items[0].highlights, [marked], "{text}");
    }
}

#[tokio::test]
async fn the_longest_text_of_each_kind_finds_its_message() {
    let (index, here) = (own_index(), chat_id(&token(), 1));
    let letters: String = ('a'..='z').cycle().take(500).collect();
    let words = "ba ".repeat(166) + "dc";
    let punctuation = "%$".repeat(250);
    let chinese = "天".repeat(500);
    let runs: String = "一二三四五六七八 ".repeat(16);
    let changes: Vec<_> = (1..)
        .zip([&letters, &words, &punctuation, &chinese, &runs])
        .map(|(number, body)| put(&here, number, number, body))
        .collect();
    index.index(&changes).await.unwrap();
    for (number, text) in (1..).zip([letters, words, punctuation, chinese, runs]) {
        wait_for_hits(&index, &here, &text, &[number]).await;
    }
}

#[tokio::test]
async fn beginnings_match_if_many_words_of_other_chats_begin_alike() {
    let (index, token) = (own_index(), token());
    let (here, elsewhere) = (chat_id(&token, 1), chat_id(&token, 2));
    let similar_words = (0..200).map(|word| format!("we{word:03}")).collect::<Vec<_>>().join(" ");
    let changes = [put(&elsewhere, 1, 1, &similar_words), put(&here, 1, 1, "fine weather, naïveté")];
    index.index(&changes).await.unwrap();
    wait_for_hits(&index, &here, "weather", &[1]).await;
    for text in ["w", "we", "weat", "n", "naïv", "naiv", "fine wea", "f", "fi\u{301}"] {
        assert_eq!(numbers(&index, &here, text).await, [1], "{text}");
    }
    let hits = search(&index, &here, "w", page(1, Order::Ascending, None)).await;
    assert_eq!(hits.items[0].highlights, ["fine <em>weather</em>, naïveté"]);
}

#[tokio::test]
async fn the_largest_body_is_indexed_to_its_end() {
    let (index, here) = (own_index(), chat_id(&token(), 1));
    let body = "天气".repeat(10_922) + "end";
    index_all(&index, &[put(&here, 1, 1, &body)]).await;
    wait_for_hits(&index, &here, "气end", &[1]).await;
}
