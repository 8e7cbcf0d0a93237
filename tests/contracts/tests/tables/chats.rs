use contracts::{contract_tests, deltas, page};
use conversation::fake::FakeTables;
use conversation::fake::samples::{application_id, chat_id, create_chat, delete_chat};
use conversation::ports::{CountMessages, CountOutcome, CreationOutcome, ReadChats, StoreChats};
use conversation::{ApplicationId, ChatNumber, Order, Row, Timestamp};

use crate::chats;

contract_tests! {
    fake: FakeTables::default(),
    dynamodb: chats();
    [
        a_chat_is_stored_once,
        a_deleted_chat_stays_deleted,
        chats_are_listed_in_pages,
        rows_without_a_creation_do_not_end_a_list,
    ]
}

async fn a_chat_is_stored_once(chats: impl StoreChats + ReadChats) {
    let id = chat_id(&application_id(), 3);
    assert_eq!(chats.chat(&id).await.unwrap(), Row::Absent);
    assert_eq!(chats.create(&create_chat(&id, 4, 70)).await.unwrap(), CreationOutcome::Applied(1));
    assert_eq!(
        chats.create(&create_chat(&id, 4, 70)).await.unwrap(),
        CreationOutcome::Applied(1),
        "delivered again"
    );
    assert_eq!(
        chats.create(&create_chat(&id, 5, 90)).await.unwrap(),
        CreationOutcome::NumberTaken,
        "another write"
    );
    assert_eq!(
        chats.create(&create_chat(&id, 4, 71)).await.unwrap(),
        CreationOutcome::NumberTaken,
        "its revision was given out twice"
    );
    let stored = chats.chat(&id).await.unwrap().live().unwrap();
    assert_eq!((stored.number.get(), stored.messages_count, stored.created_at.millis()), (3, 0, 70));
}

async fn a_deleted_chat_stays_deleted(chats: impl StoreChats + CountMessages + ReadChats) {
    let application = application_id();
    let id = chat_id(&application, 1);
    let latest = Timestamp::from_millis(500);
    chats.create(&create_chat(&id, 1, 70)).await.unwrap();
    let seen = chats.versioned_ledger(&id).await.unwrap().unwrap();
    let counted = chats.count(&id, seen.clone(), &deltas(&[(1, 1)]), latest).await.unwrap();
    assert_eq!(counted, CountOutcome::Applied);
    for _ in 0..2 {
        assert_eq!(chats.delete(&delete_chat(&id, 2)).await.unwrap(), -1);
    }
    assert_eq!(chats.delete(&delete_chat(&id, 3)).await.unwrap(), 0, "deleted by another write");
    assert_eq!(chats.chat(&id).await.unwrap(), Row::Deleted);
    assert_eq!(chats.chats(&application, &page(10, Order::Ascending, None)).await.unwrap().items, []);
    assert_eq!(chats.versioned_ledger(&id).await.unwrap(), None);
    let late = chats.count(&id, seen, &deltas(&[(2, 1)]), latest).await.unwrap();
    assert_eq!(late, CountOutcome::ParentDeleted);
    assert_eq!(
        chats.create(&create_chat(&id, 1, 70)).await.unwrap(),
        CreationOutcome::Applied(1),
        "its delta is still known"
    );
    assert_eq!(chats.create(&create_chat(&id, 9, 70)).await.unwrap(), CreationOutcome::NumberTaken);
    assert_eq!(chats.chat(&id).await.unwrap(), Row::Deleted);

    let never_created = chat_id(&application, 2);
    assert_eq!(chats.delete(&delete_chat(&never_created, 5)).await.unwrap(), 0, "no chat to subtract");
    assert_eq!(chats.create(&create_chat(&never_created, 4, 70)).await.unwrap(), CreationOutcome::Applied(0));
    assert_eq!(chats.chat(&never_created).await.unwrap(), Row::Deleted);
}

/// The numbers on a page of two chats, and where the next page starts.
async fn page_of_two(
    chats: &impl ReadChats,
    application: &ApplicationId,
    after: Option<ChatNumber>,
) -> (Vec<u64>, Option<ChatNumber>) {
    let page = chats.chats(application, &page(2, Order::Ascending, after)).await.unwrap();
    (page.items.iter().map(|chat| chat.number.get()).collect(), page.next)
}

async fn chats_are_listed_in_pages(chats: impl StoreChats + ReadChats) {
    let application = application_id();
    for number in [2, 1, 11] {
        chats.create(&create_chat(&chat_id(&application, number), number, 5)).await.unwrap();
    }
    let (first, next) = page_of_two(&chats, &application, None).await;
    assert_eq!(first, [1, 2]);
    assert_eq!(page_of_two(&chats, &application, next).await, (vec![11], None));
}

async fn rows_without_a_creation_do_not_end_a_list(chats: impl StoreChats + CountMessages + ReadChats) {
    let application = application_id();
    for number in 1..=5 {
        let (id, latest) = (chat_id(&application, number), Timestamp::from_millis(5));
        let seen = chats.versioned_ledger(&id).await.unwrap().unwrap();
        chats.count(&id, seen, &deltas(&[(1, 1)]), latest).await.unwrap();
    }
    for number in [6, 7, 8] {
        chats.create(&create_chat(&chat_id(&application, number), number, 5)).await.unwrap();
    }
    let (first, next) = page_of_two(&chats, &application, None).await;
    assert_eq!(first, [6, 7]);
    assert_eq!(page_of_two(&chats, &application, next).await, (vec![8], None));
}
