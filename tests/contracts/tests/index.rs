//! The index: found is what holds the text, best first, and a newer state is never replaced.

use contracts::{Stack, application, chat, eventually, message, message_write};
use conversation::fake::FakeIndex;
use conversation::ports::{HitCursor, IndexMessages, SearchMessages};
use conversation::{
    ChatId, Hit, IndexChange, IndexedMessage, Limit, Message, Order, Page, PageRequest, SearchText, Token,
};
use opensearch_index::MessageIndex;

/// An index of its own, which does not exist before the first message.
fn real() -> MessageIndex {
    let stack = Stack::of_tests();
    let alias = format!("test-{}", Token::random().unwrap().as_str().to_lowercase());
    MessageIndex::behind(&stack.config(), &stack.opensearch, &alias).unwrap()
}

fn put(chat: &ChatId, number: u64, revision: u64, body: &str) -> IndexChange {
    IndexChange::Put(indexed(chat, number, revision, body))
}

fn indexed(chat: &ChatId, number: u64, revision: u64, body: &str) -> IndexedMessage {
    let write = message_write(chat, number, revision, body);
    let message =
        Message { number: write.id.message, body: write.body, created_at: write.at, updated_at: write.at };
    IndexedMessage { chat: chat.clone(), message, revision: write.revision }
}

async fn found(
    index: &impl SearchMessages,
    chat: &ChatId,
    text: &str,
    page: PageRequest<HitCursor>,
) -> Page<Hit, HitCursor> {
    index.search(chat, &SearchText::parse(text).unwrap(), &page).await.unwrap()
}

fn page(limit: u8, order: Order, after: Option<HitCursor>) -> PageRequest<HitCursor> {
    PageRequest { limit: Limit::new(limit).unwrap(), order, after }
}

async fn numbers(index: &impl SearchMessages, chat: &ChatId, text: &str) -> Vec<u64> {
    let hits = found(index, chat, text, page(200, Order::Ascending, None)).await;
    hits.items.iter().map(|hit| hit.message.number.get()).collect()
}

async fn settle(index: &impl SearchMessages, chat: &ChatId, text: &str, expected: &[u64]) {
    eventually(&format!("a search for {text} finds {expected:?}"), async || {
        (numbers(index, chat, text).await == expected).then_some(())
    })
    .await;
}

async fn messages_of_the_chat_are_found(index: impl IndexMessages + SearchMessages) {
    let token = application(1).token;
    let (here, elsewhere) = (chat(&token, 1), chat(&token, 2));
    assert_eq!(numbers(&index, &here, "tea").await, [] as [u64; 0], "before there is an index");
    let documents = [
        put(&here, 1, 1, "green tea"),
        put(&here, 2, 2, "coffee"),
        put(&elsewhere, 1, 1, "tea elsewhere"),
        put(&here, 3, 3, "TEA time"),
    ];
    assert_eq!(index.index(&documents).await.unwrap(), [] as [usize; 0]);
    settle(&index, &here, "tea", &[1, 3]).await;
    let hits = found(&index, &here, "tea", page(200, Order::Ascending, None)).await;
    assert_eq!(hits.items[0].message, indexed(&here, 1, 1, "green tea").message);
}

async fn a_newer_state_stays(index: impl IndexMessages + SearchMessages) {
    let here = chat(&application(1).token, 1);
    for (revision, body) in [(5, "newer tea"), (3, "older coffee"), (5, "newer tea")] {
        let failed = index.index(&[put(&here, 1, revision, body)]).await.unwrap();
        assert_eq!(failed, [] as [usize; 0], "revision {revision}");
    }
    settle(&index, &here, "newer", &[1]).await;
    assert_eq!(numbers(&index, &here, "older").await, [] as [u64; 0]);
}

async fn what_is_removed_stays_removed(index: impl IndexMessages + SearchMessages) {
    let here = chat(&application(1).token, 1);
    let removal = |number| IndexChange::Remove(message(&here, number));
    index.index(&[removal(3)]).await.unwrap();
    index.index(&[put(&here, 1, 1, "tea"), put(&here, 2, 2, "tea"), put(&here, 3, 3, "tea")]).await.unwrap();
    settle(&index, &here, "tea", &[1, 2]).await;
    for _ in 0..2 {
        assert_eq!(index.index(&[removal(1)]).await.unwrap(), [] as [usize; 0]);
    }
    settle(&index, &here, "tea", &[2]).await;
    assert_eq!(index.index(&[put(&here, 1, 99, "tea again")]).await.unwrap(), [] as [usize; 0]);
    index.index(&[put(&here, 4, 4, "tea")]).await.unwrap();
    settle(&index, &here, "tea", &[2, 4]).await;
}

async fn hits_come_in_pages(index: impl IndexMessages + SearchMessages) {
    let here = chat(&application(1).token, 1);
    let documents: Vec<_> = (1..=7).map(|number| put(&here, number, number, "tea")).collect();
    index.index(&documents).await.unwrap();
    settle(&index, &here, "tea", &[1, 2, 3, 4, 5, 6, 7]).await;
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let hits = found(&index, &here, "tea", page(3, Order::Descending, after)).await;
        seen.extend(hits.items.iter().map(|hit| hit.message.number.get()));
        after = hits.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [7, 6, 5, 4, 3, 2, 1]);
}

mod the_fake {
    use super::*;

    #[tokio::test]
    async fn finds_messages_of_the_chat() {
        messages_of_the_chat_are_found(FakeIndex::default()).await;
    }

    #[tokio::test]
    async fn keeps_the_newer_state() {
        a_newer_state_stays(FakeIndex::default()).await;
    }

    #[tokio::test]
    async fn keeps_removed_what_is_removed() {
        what_is_removed_stays_removed(FakeIndex::default()).await;
    }

    #[tokio::test]
    async fn gives_hits_in_pages() {
        hits_come_in_pages(FakeIndex::default()).await;
    }
}

mod opensearch {
    use super::*;

    #[tokio::test]
    async fn finds_messages_of_the_chat() {
        messages_of_the_chat_are_found(real()).await;
    }

    #[tokio::test]
    async fn keeps_the_newer_state() {
        a_newer_state_stays(real()).await;
    }

    #[tokio::test]
    async fn keeps_removed_what_is_removed() {
        what_is_removed_stays_removed(real()).await;
    }

    #[tokio::test]
    async fn gives_hits_in_pages() {
        hits_come_in_pages(real()).await;
    }

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

    /// Each text and the messages it must find, best first; messages of one tier by number.
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
    async fn finds_words_beginnings_substrings_and_typos_in_any_script() {
        let (index, here) = (real(), chat(&application(1).token, 1));
        let documents: Vec<_> =
            (1..).zip(CORPUS).map(|(number, body)| put(&here, number, number, body)).collect();
        assert_eq!(index.index(&documents).await.unwrap(), [] as [usize; 0]);
        settle(&index, &here, "accommodation", &[10]).await;
        let mut wrong = Vec::new();
        for (text, expected) in EXPECTED {
            let got = numbers(&index, &here, text).await;
            if got != *expected {
                wrong.push(format!("{text:?}: expected {expected:?}, found {got:?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[tokio::test]
    async fn marks_what_matched() {
        let (index, here) = (real(), chat(&application(1).token, 1));
        index.index(&[put(&here, 1, 1, "a <b> of fine weather & foo-bar/baz")]).await.unwrap();
        settle(&index, &here, "weather", &[1]).await;
        for (text, marked) in [
            ("weather", "a <b> of fine <em>weather</em> & foo-bar/baz"),
            ("eathe", "a <b> of fine w<em>eathe</em>r & foo-bar/baz"),
            ("o-bar/b", "a <b> of fine weather & fo<em>o-bar/b</em>az"),
            ("wether", "a <b> of fine <em>weather</em> & foo-bar/baz"),
        ] {
            let hits = found(&index, &here, text, page(1, Order::Ascending, None)).await;
            assert_eq!(hits.items[0].highlights, [marked], "{text}");
        }
    }

    #[tokio::test]
    async fn takes_the_longest_text_of_any_kind() {
        let (index, here) = (real(), chat(&application(1).token, 1));
        let letters: String = ('a'..='z').cycle().take(500).collect();
        let words = "ba ".repeat(166) + "dc";
        let signs = "%$".repeat(250);
        let chinese = "天".repeat(500);
        let runs: String = "一二三四五六七八 ".repeat(16);
        let documents: Vec<_> = (1..)
            .zip([&letters, &words, &signs, &chinese, &runs])
            .map(|(number, body)| put(&here, number, number, body))
            .collect();
        index.index(&documents).await.unwrap();
        for (number, text) in (1..).zip([letters, words, signs, chinese, runs]) {
            settle(&index, &here, &text, &[number]).await;
        }
    }

    #[tokio::test]
    async fn finds_beginnings_among_the_words_of_others() {
        let (index, token) = (real(), application(1).token);
        let (here, elsewhere) = (chat(&token, 1), chat(&token, 2));
        let others = (0..200).map(|word| format!("we{word:03}")).collect::<Vec<_>>().join(" ");
        let documents = [put(&elsewhere, 1, 1, &others), put(&here, 1, 1, "fine weather, naïveté")];
        index.index(&documents).await.unwrap();
        settle(&index, &here, "weather", &[1]).await;
        for text in ["w", "we", "weat", "n", "naïv", "naiv", "fine wea", "f", "fi\u{301}"] {
            assert_eq!(numbers(&index, &here, text).await, [1], "{text}");
        }
        let hits = found(&index, &here, "w", page(1, Order::Ascending, None)).await;
        assert_eq!(hits.items[0].highlights, ["fine <em>weather</em>, naïveté"]);
    }

    #[tokio::test]
    async fn takes_the_largest_body() {
        let (index, here) = (real(), chat(&application(1).token, 1));
        let body = "天气".repeat(10_922) + "end";
        assert_eq!(index.index(&[put(&here, 1, 1, &body)]).await.unwrap(), [] as [usize; 0]);
        settle(&index, &here, "气end", &[1]).await;
    }
}
