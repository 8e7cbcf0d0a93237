use contracts::{contract_tests, page};
use conversation::fake::FakeTables;
use conversation::fake::samples::{
    application_id, chat_id, create_message, delete_message, message_id, update_message,
};
use conversation::ports::{FindLaterMessages, ReadMessages, StoreMessages};
use conversation::{ChatId, GAP_WAIT, Order, Timestamp};

use crate::{later, messages};

contract_tests! {
    fake: FakeTables::default(),
    dynamodb: messages();
    [
        messages_are_listed_in_pages,
        tombstones_do_not_shorten_a_page,
        an_ascending_page_ends_before_a_young_message_above_a_gap,
        a_later_message_is_found_by_its_creation,
    ]
}

/// The numbers on every page of a list.
async fn pages(messages: &impl ReadMessages, chat: &ChatId, limit: u8, order: Order) -> Vec<Vec<u64>> {
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let found = messages.messages(chat, &page(limit, order, after), later()).await.unwrap();
        pages.push(found.items.iter().map(|message| message.number.get()).collect());
        after = found.next;
        if after.is_none() {
            return pages;
        }
    }
}

async fn messages_are_listed_in_pages(messages: impl StoreMessages + ReadMessages) {
    let chat = chat_id(&application_id(), 1);
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
    let chat = chat_id(&application_id(), 1);
    for number in 1..=9 {
        messages.create(&create_message(&chat, number, number, "x")).await.unwrap();
    }
    for number in [2, 3, 4, 5, 8] {
        messages.delete(&delete_message(&chat, number, 10 + number)).await.unwrap();
    }
    assert_eq!(pages(&messages, &chat, 2, Order::Ascending).await, [[1, 6], [7, 9]]);
}

async fn an_ascending_page_ends_before_a_young_message_above_a_gap(
    messages: impl StoreMessages + ReadMessages,
) {
    let chat = chat_id(&application_id(), 1);
    for number in [1, 2, 3, 5, 6] {
        messages.create(&create_message(&chat, number, number, "x")).await.unwrap();
    }
    messages.delete(&delete_message(&chat, 2, 7)).await.unwrap();
    messages.update(&update_message(&chat, 4, 8, "y")).await.unwrap();
    let fifth = create_message(&chat, 5, 5, "x").at;
    let wait = i64::try_from(GAP_WAIT.as_millis()).unwrap();
    let [young, old] = [wait - 1, wait].map(|age| Timestamp::from_millis(fifth.millis() + age));
    for (now, order, limit, expected) in [
        (young, Order::Ascending, 2, vec![1, 3]),
        (young, Order::Ascending, 5, vec![1, 3]),
        (old, Order::Ascending, 5, vec![1, 3, 5, 6]),
        (young, Order::Descending, 5, vec![6, 5, 3, 1]),
    ] {
        let found = messages.messages(&chat, &page(limit, order, None), now).await.unwrap();
        let numbers: Vec<u64> = found.items.iter().map(|message| message.number.get()).collect();
        assert_eq!((numbers, found.next), (expected, None), "{now} {order:?} {limit}");
    }
    messages.delete(&delete_message(&chat, 5, 9)).await.unwrap();
    let found = messages.messages(&chat, &page(5, Order::Ascending, None), old).await.unwrap();
    assert_eq!(found.items.len(), 3, "the tombstone tells that the gap is old");
    let found = messages.messages(&chat, &page(5, Order::Ascending, None), young).await.unwrap();
    assert_eq!(found.items.len(), 2);
}

async fn a_later_message_is_found_by_its_creation(messages: impl StoreMessages + FindLaterMessages) {
    let chat = chat_id(&application_id(), 1);
    messages.update(&update_message(&chat, 2, 1, "not created yet")).await.unwrap();
    let [third, other] =
        [chat.clone(), chat_id(&chat.application, 2)].map(|chat| create_message(&chat, 3, 2, "x"));
    messages.create(&other).await.unwrap();
    let (first, after) = (message_id(&chat, 1), Timestamp::from_millis(third.at.millis() + 1));
    assert!(!messages.has_later_message(&first, after).await.unwrap());
    messages.create(&third).await.unwrap();
    assert!(messages.has_later_message(&first, after).await.unwrap());
    assert!(!messages.has_later_message(&first, third.at).await.unwrap());
    assert!(!messages.has_later_message(&third.id, after).await.unwrap());
    messages.delete(&delete_message(&chat, 3, 4)).await.unwrap();
    assert!(messages.has_later_message(&first, after).await.unwrap(), "its tombstone tells");
}
