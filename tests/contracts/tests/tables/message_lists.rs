use contracts::{contract_tests, page};
use conversation::fake::FakeTables;
use conversation::fake::samples::{chat_id, create_message, delete_message, token};
use conversation::ports::{ReadMessages, StoreMessages};
use conversation::{ChatId, Order};

use crate::messages;

contract_tests! {
    fake: FakeTables::default(),
    dynamodb: messages();
    [messages_are_listed_in_pages, tombstones_do_not_shorten_a_page]
}

/// The numbers on every page of a list.
async fn pages(messages: &impl ReadMessages, chat: &ChatId, limit: u8, order: Order) -> Vec<Vec<u64>> {
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let found = messages.messages(chat, &page(limit, order, after)).await.unwrap();
        pages.push(found.items.iter().map(|message| message.number.get()).collect());
        after = found.next;
        if after.is_none() {
            return pages;
        }
    }
}

async fn messages_are_listed_in_pages(messages: impl StoreMessages + ReadMessages) {
    let chat = chat_id(&token(), 1);
    for number in [1, 2, 3, 5, 10] {
        messages.create(&create_message(&chat, number, number, "x")).await.unwrap();
    }
    for (limit, order, expected) in [
        (2, Order::Ascending, vec![vec![1, 2], vec![3, 5], vec![10]]),
        (5, Order::Ascending, vec![vec![1, 2, 3, 5, 10]]),
        (3, Order::Descending, vec![vec![10, 5, 3], vec![2, 1]]),
    ] {
        assert_eq!(pages(&messages, &chat, limit, order).await, expected);
    }
}

async fn tombstones_do_not_shorten_a_page(messages: impl StoreMessages + ReadMessages) {
    let chat = chat_id(&token(), 1);
    for number in 1..=9 {
        messages.create(&create_message(&chat, number, number, "x")).await.unwrap();
    }
    for number in [2, 3, 4, 5, 8] {
        messages.delete(&delete_message(&chat, number, 10 + number)).await.unwrap();
    }
    assert_eq!(pages(&messages, &chat, 2, Order::Ascending).await, [[1, 6], [7, 9]]);
}
