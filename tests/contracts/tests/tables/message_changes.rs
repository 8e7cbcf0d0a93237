//! Creating, updating and deleting messages, with records delivered again, late or early.

use contracts::{contract_tests, page};
use conversation::fake::FakeTables;
use conversation::fake::samples::{
    application_id, chat_id, create_message, delete_message, message_id, update_message,
};
use conversation::ports::{
    AppliedWrite, CURRENT_BATCH, CreationOutcome, ReadCurrentBatches, ReadCurrentMessages, ReadMessages,
    StoreMessages,
};
use conversation::{IndexChange, MessageId, Order, Row};

use crate::{later, messages};

contract_tests! {
    fake: FakeTables::default(),
    dynamodb: messages();
    [
        a_message_is_stored_once,
        the_latest_update_stays,
        an_update_waits_for_its_creation,
        a_deleted_message_stays_deleted,
        a_message_that_was_deleted_first_is_not_created,
        the_current_row_is_read,
        current_rows_are_read_together,
    ]
}

/// What the index should show after a write.
#[derive(Debug, PartialEq, Eq)]
enum Shown {
    Nothing,
    Body(String, u64),
    Removed,
}

/// A body and its revision.
fn body(body: &str, revision: u64) -> Shown {
    Shown::Body(body.to_owned(), revision)
}

/// The delta of a write, and what the index should show after it.
fn outcome(applied: AppliedWrite) -> (i64, Shown) {
    let shown = match applied.change {
        Some(IndexChange::Put(indexed)) => {
            Shown::Body(indexed.message.body.as_str().to_owned(), indexed.revision.get())
        }
        Some(IndexChange::Remove(_)) => Shown::Removed,
        None => Shown::Nothing,
    };
    (applied.delta, shown)
}

/// As [`outcome`], of a creation whose number no other write took.
fn created(outcome: CreationOutcome<AppliedWrite>) -> (i64, Shown) {
    match outcome {
        CreationOutcome::Applied(applied) => self::outcome(applied),
        CreationOutcome::NumberTaken => panic!("another write created the row"),
    }
}

async fn a_message_is_stored_once(messages: impl StoreMessages + ReadMessages) {
    let chat = chat_id(&application_id(), 1);
    let text = "first \u{0} 天气 🎉\u{FFFF}";
    let first = create_message(&chat, 1, 1, text);
    assert_eq!(messages.message(&first.id).await.unwrap(), Row::Absent);
    assert_eq!(created(messages.create(&first).await.unwrap()), (1, body(text, 1)));
    assert_eq!(created(messages.create(&first).await.unwrap()), (1, body(text, 1)), "delivered again");
    let mut others =
        [create_message(&chat, 1, 2, "another revision"), create_message(&chat, 1, 1, "another time")];
    others[1].at = later();
    for other in &others {
        assert_eq!(messages.create(other).await.unwrap(), CreationOutcome::NumberTaken, "{:?}", other.body);
    }
    let stored = messages.message(&first.id).await.unwrap().live().unwrap();
    assert_eq!((stored.body, stored.created_at.millis()), (first.body, 1_001));
}

async fn the_latest_update_stays(messages: impl StoreMessages + ReadMessages) {
    let chat = chat_id(&application_id(), 1);
    let creation = create_message(&chat, 1, 1, "first");
    messages.create(&creation).await.unwrap();
    let update = async |revision, text: &str| {
        outcome(messages.update(&update_message(&chat, 1, revision, text)).await.unwrap())
    };
    assert_eq!(update(5, "fifth").await, (0, body("fifth", 5)));
    assert_eq!(update(3, "third").await, (0, body("fifth", 5)), "a later update was stored");
    assert_eq!(update(5, "fifth").await, (0, body("fifth", 5)), "delivered again");
    let created_again = created(messages.create(&creation).await.unwrap());
    assert_eq!(created_again, (1, body("fifth", 5)), "delivered again");
    let row = messages.message(&message_id(&chat, 1)).await.unwrap().live().unwrap();
    assert_eq!((row.created_at.millis(), row.updated_at.millis()), (1_001, 5_000));
}

async fn an_update_waits_for_its_creation(messages: impl StoreMessages + ReadMessages + ReadCurrentMessages) {
    let chat = chat_id(&application_id(), 1);
    let (id, early) = (message_id(&chat, 1), update_message(&chat, 1, 2, "early"));
    assert_eq!(outcome(messages.update(&early).await.unwrap()), (0, Shown::Nothing));
    assert_eq!(messages.message(&id).await.unwrap(), Row::Absent);
    assert_eq!(messages.current_message(&id).await.unwrap(), Row::Absent);
    assert_eq!(messages.messages(&chat, &page(5, Order::Ascending, None), later()).await.unwrap().items, []);
    let first = messages.create(&create_message(&chat, 1, 1, "first")).await.unwrap();
    assert_eq!(created(first), (1, body("early", 2)));
    let row = messages.message(&id).await.unwrap().live().unwrap();
    assert_eq!((row.body, row.created_at.millis(), row.updated_at.millis()), (early.body, 1_001, 5_000));
}

async fn a_deleted_message_stays_deleted(messages: impl StoreMessages + ReadMessages) {
    let chat = chat_id(&application_id(), 1);
    let creation = create_message(&chat, 1, 1, "first");
    let deletion = delete_message(&chat, 1, 3);
    messages.create(&creation).await.unwrap();
    messages.update(&update_message(&chat, 1, 4, "a higher revision, applied earlier")).await.unwrap();
    for _ in 0..2 {
        assert_eq!(outcome(messages.delete(&deletion).await.unwrap()), (-1, Shown::Removed));
    }
    let other = messages.delete(&delete_message(&chat, 1, 5)).await.unwrap();
    assert_eq!(outcome(other), (0, Shown::Removed), "deleted by another write");
    let late = messages.update(&update_message(&chat, 1, 6, "late")).await.unwrap();
    assert_eq!(outcome(late), (0, Shown::Removed));
    let created_again = created(messages.create(&creation).await.unwrap());
    assert_eq!(created_again, (1, Shown::Removed), "its delta is still known");
    let other = messages.create(&create_message(&chat, 1, 9, "other")).await.unwrap();
    assert_eq!(other, CreationOutcome::NumberTaken);
    assert_eq!(messages.message(&creation.id).await.unwrap(), Row::Deleted);
}

async fn a_message_that_was_deleted_first_is_not_created(messages: impl StoreMessages + ReadMessages) {
    let chat = chat_id(&application_id(), 1);
    let deleted = messages.delete(&delete_message(&chat, 2, 8)).await.unwrap();
    assert_eq!(outcome(deleted), (0, Shown::Removed), "no message to subtract");
    let late = messages.create(&create_message(&chat, 2, 7, "late")).await.unwrap();
    assert_eq!(created(late), (0, Shown::Removed));
    assert_eq!(messages.message(&message_id(&chat, 2)).await.unwrap(), Row::Deleted);
}

async fn the_current_row_is_read(messages: impl StoreMessages + ReadCurrentMessages) {
    let chat = chat_id(&application_id(), 1);
    let write = create_message(&chat, 1, 7, "as it is");
    assert_eq!(messages.current_message(&write.id).await.unwrap(), Row::Absent);
    messages.create(&write).await.unwrap();
    let current = messages.current_message(&write.id).await.unwrap().live().unwrap();
    assert_eq!(
        (current.id(), current.revision, current.message.body),
        (write.id.clone(), write.revision, write.body)
    );
    messages.delete(&delete_message(&chat, 1, 8)).await.unwrap();
    assert_eq!(messages.current_message(&write.id).await.unwrap(), Row::Deleted);
}

/// As many as the port allows, each larger than a hundredth of what DynamoDB returns at once from one partition.
async fn current_rows_are_read_together(messages: impl StoreMessages + ReadCurrentBatches) {
    let chat = chat_id(&application_id(), 1);
    let body = "x".repeat(16 * 1024);
    let ids: Vec<MessageId> = (1..).take(CURRENT_BATCH).map(|number| message_id(&chat, number)).collect();
    let (absent, stored) = ids.split_first().unwrap();
    for id in stored {
        let number = id.message.get();
        messages.create(&create_message(&chat, number, number, &body)).await.unwrap();
    }
    let (deleted, live) = stored.split_first().unwrap();
    messages.delete(&delete_message(&chat, deleted.message.get(), 1_000)).await.unwrap();
    let mut rows = messages.current_messages(&ids).await.unwrap();
    assert_eq!((rows.remove(absent), rows.remove(deleted)), (Some(Row::Absent), Some(Row::Deleted)));
    let read: Vec<(&MessageId, u64)> = rows
        .iter()
        .map(|(id, row)| match row {
            Row::Live(message) if message.id() == *id => (id, message.revision.get()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(read, live.iter().map(|id| (id, id.message.get())).collect::<Vec<_>>());
}
