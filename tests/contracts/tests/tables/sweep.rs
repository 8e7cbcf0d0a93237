use contracts::contract_tests;
use conversation::fake::FakeTables;
use conversation::fake::samples::{
    application_id, chat_id, create_message, delete_message, first_page, message_id, update_message,
};
use conversation::ports::{ReadMessages, SWEEP_PAGE, StoreMessages, SweepMessages, UnsweptMessages};
use conversation::{ChatId, MessageId, MessageNumber, Order, PageRequest, Row};

use crate::{later, messages};

contract_tests! {
    fake: FakeTables::default(),
    dynamodb: messages();
    [
        a_sweep_reaches_all_rows_of_one_chat,
        a_swept_row_rejects_late_writes,
        a_list_skips_swept_rows,
    ]
}

/// All pages from the first one.
async fn unswept(messages: &impl SweepMessages, chat: &ChatId) -> Vec<MessageId> {
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = messages.unswept_messages(chat, after).await.unwrap();
        assert!(page.messages.len() <= SWEEP_PAGE, "{}", page.messages.len());
        found.extend(page.messages);
        after = page.next;
        if after.is_none() {
            return found;
        }
    }
}

async fn a_sweep_reaches_all_rows_of_one_chat(messages: impl StoreMessages + SweepMessages + ReadMessages) {
    let application = application_id();
    let (here, elsewhere) = (chat_id(&application, 1), chat_id(&application, 11));
    let nothing = UnsweptMessages { messages: Vec::new(), next: None };
    assert_eq!(messages.unswept_messages(&here, None).await.unwrap(), nothing);
    assert_eq!(messages.sweep_rows(&[]).await.unwrap(), 0);
    for number in 1..=120 {
        messages.create(&create_message(&here, number, number, "x")).await.unwrap();
    }
    messages.create(&create_message(&elsewhere, 1, 1, "stays")).await.unwrap();
    messages.delete(&delete_message(&here, 7, 121)).await.unwrap();
    let all: Vec<MessageId> = (1..=120).map(|number| message_id(&here, number)).collect();
    assert_eq!(unswept(&messages, &here).await, all);
    let after = Some(MessageNumber::new(110).unwrap());
    let last = UnsweptMessages { messages: all[110..].to_vec(), next: None };
    assert_eq!(messages.unswept_messages(&here, after).await.unwrap(), last);

    let (first, rest) = all.split_at(SWEEP_PAGE);
    assert_eq!(messages.sweep_rows(first).await.unwrap(), 0);
    assert_eq!(unswept(&messages, &here).await, rest, "behind a page of swept rows");
    assert_eq!(messages.sweep_rows(rest).await.unwrap(), 0);
    assert_eq!(unswept(&messages, &here).await, []);
    assert!(messages.message(&message_id(&elsewhere, 1)).await.unwrap().live().is_some());
}

async fn a_swept_row_rejects_late_writes(messages: impl StoreMessages + SweepMessages + ReadMessages) {
    let chat = chat_id(&application_id(), 1);
    messages.create(&create_message(&chat, 1, 1, "x")).await.unwrap();
    let ids = [1, 2].map(|number| message_id(&chat, number));
    assert_eq!(messages.sweep_rows(&ids).await.unwrap(), 0, "the second has no row");
    for number in [1, 2] {
        messages.create(&create_message(&chat, number, number, "x")).await.unwrap();
        messages.update(&update_message(&chat, number, number + 2, "y")).await.unwrap();
        messages.delete(&delete_message(&chat, number, number + 4)).await.unwrap();
    }
    assert_eq!(unswept(&messages, &chat).await, []);
    for id in &ids {
        assert_eq!(messages.message(id).await.unwrap(), Row::Deleted);
    }
}

async fn a_list_skips_swept_rows(messages: impl StoreMessages + SweepMessages + ReadMessages) {
    let chat = chat_id(&application_id(), 1);
    for number in 101..=120 {
        messages.create(&create_message(&chat, number, number, "x")).await.unwrap();
    }
    let swept: Vec<MessageId> = (1..=100).map(|number| message_id(&chat, number)).collect();
    assert_eq!(messages.sweep_rows(&swept).await.unwrap(), 0);
    let listed: Vec<u64> = (101..=120).collect();
    let reversed = listed.iter().rev().copied().collect();
    for (order, expected) in [(Order::Ascending, listed), (Order::Descending, reversed)] {
        let page = messages.messages(&chat, &PageRequest { order, ..first_page() }, later()).await.unwrap();
        let numbers: Vec<u64> = page.items.iter().map(|message| message.number.get()).collect();
        assert_eq!((numbers, page.next), (expected, None));
    }
}
