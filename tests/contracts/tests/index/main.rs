//! The index: searches find the matching messages of one chat, best first, and an older state never replaces a newer one.

mod matching;
mod rebuild;

use contracts::{contract_tests, message_index, page, put};
use conversation::fake::samples::{application_id, chat_id, message, message_id};
use conversation::fake::{FakeIndex, FakeIndexState};
use conversation::ports::{HitCursor, IndexMessages, SearchMessages};
use conversation::{ChatId, Hit, IndexChange, Order, Page, PageRequest, SearchText};
use opensearch_index::MessageIndex;
use test_stack::eventually;

contract_tests! {
    fake: FakeIndex::default(),
    opensearch: own_index();
    [
        searches_find_messages_of_one_chat,
        an_older_state_does_not_replace_a_newer_one,
        a_removed_message_stays_removed,
        hits_come_in_pages,
    ]
}

fn own_index() -> MessageIndex<FakeIndexState> {
    message_index(&application_id())
}

async fn search(
    index: &impl SearchMessages,
    chat: &ChatId,
    text: &str,
    page: PageRequest<HitCursor>,
) -> Page<Hit, HitCursor> {
    index.search(chat, &SearchText::parse(text).unwrap(), &page).await.unwrap()
}

/// The numbers of the messages that a search finds, best first.
async fn numbers(index: &impl SearchMessages, chat: &ChatId, text: &str) -> Vec<u64> {
    let hits = search(index, chat, text, page(200, Order::Ascending, None)).await;
    hits.items.iter().map(|hit| hit.message.number.get()).collect()
}

/// Waits until a search finds these messages: a change of the index takes time to be visible.
async fn wait_for_hits(index: &impl SearchMessages, chat: &ChatId, text: &str, expected: &[u64]) {
    eventually(&format!("a search for {text} finds {expected:?}"), async || {
        (numbers(index, chat, text).await == expected).then_some(())
    })
    .await;
}

/// Makes changes, all of which must succeed.
async fn index_all(index: &impl IndexMessages, changes: &[IndexChange]) {
    assert_eq!(index.index(changes).await.unwrap(), [] as [usize; 0]);
}

async fn searches_find_messages_of_one_chat(index: impl IndexMessages + SearchMessages) {
    let application = application_id();
    let (here, elsewhere) = (chat_id(&application, 1), chat_id(&application, 2));
    assert_eq!(numbers(&index, &here, "tea").await, [] as [u64; 0], "the index does not exist yet");
    let changes = [
        put(&here, 1, 1, "green tea"),
        put(&here, 2, 2, "coffee"),
        put(&elsewhere, 1, 1, "tea elsewhere"),
        put(&here, 3, 3, "TEA time"),
    ];
    index_all(&index, &changes).await;
    wait_for_hits(&index, &here, "tea", &[1, 3]).await;
    let hits = search(&index, &here, "tea", page(200, Order::Ascending, None)).await;
    assert_eq!(hits.items[0].message, message(1, "green tea"));
}

async fn an_older_state_does_not_replace_a_newer_one(index: impl IndexMessages + SearchMessages) {
    let here = chat_id(&application_id(), 1);
    for (revision, body) in [(5, "newer tea"), (3, "older coffee"), (5, "newer tea")] {
        index_all(&index, &[put(&here, 1, revision, body)]).await;
    }
    wait_for_hits(&index, &here, "newer", &[1]).await;
    assert_eq!(numbers(&index, &here, "older").await, [] as [u64; 0]);
}

async fn a_removed_message_stays_removed(index: impl IndexMessages + SearchMessages) {
    let here = chat_id(&application_id(), 1);
    let removal = |number| IndexChange::Remove(message_id(&here, number));
    index.index(&[removal(3)]).await.unwrap();
    index.index(&[put(&here, 1, 1, "tea"), put(&here, 2, 2, "tea"), put(&here, 3, 3, "tea")]).await.unwrap();
    wait_for_hits(&index, &here, "tea", &[1, 2]).await;
    for _ in 0..2 {
        index_all(&index, &[removal(1)]).await;
    }
    wait_for_hits(&index, &here, "tea", &[2]).await;
    index_all(&index, &[put(&here, 1, 99, "tea again")]).await;
    index.index(&[put(&here, 4, 4, "tea")]).await.unwrap();
    wait_for_hits(&index, &here, "tea", &[2, 4]).await;
}

async fn hits_come_in_pages(index: impl IndexMessages + SearchMessages) {
    let here = chat_id(&application_id(), 1);
    let changes: Vec<_> = (1..=7).map(|number| put(&here, number, number, "tea")).collect();
    index.index(&changes).await.unwrap();
    wait_for_hits(&index, &here, "tea", &[1, 2, 3, 4, 5, 6, 7]).await;
    let mut listed = Vec::new();
    let mut after = None;
    loop {
        let hits = search(&index, &here, "tea", page(3, Order::Descending, after)).await;
        listed.extend(hits.items.iter().map(|hit| hit.message.number.get()));
        after = hits.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(listed, [7, 6, 5, 4, 3, 2, 1]);
}
