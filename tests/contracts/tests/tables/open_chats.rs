//! Opening and closing chats.

use contracts::contract_tests;
use conversation::fake::FakeTables;
use conversation::fake::samples::{chat_id, message_id, token};
use conversation::ports::{
    AllocateNumbers, CloseChats, OpenChats, ReadCounters, ReserveRevisions, UndoOpenChats,
};
use conversation::{ChatId, MessageId, RequestId};

use crate::counters;

contract_tests! {
    fake: FakeTables::default(),
    dynamodb: counters();
    [only_the_opener_can_undo_opening_a_chat, a_closed_chat_stays_closed]
}

async fn only_the_opener_can_undo_opening_a_chat(
    counters: impl AllocateNumbers<ChatId> + OpenChats + UndoOpenChats + ReadCounters,
) {
    let chat = chat_id(&token(), 1);
    let (ours, theirs) = (RequestId::random().unwrap(), RequestId::random().unwrap());
    assert!(counters.undo_open(&chat, &ours).await.unwrap(), "it is not open");
    counters.open(&chat, &ours).await.unwrap();
    counters.open(&chat, &theirs).await.unwrap();
    assert!(!counters.undo_open(&chat, &theirs).await.unwrap(), "another request opened it");
    assert_eq!(counters.last_message(&chat).await.unwrap(), Some(0));
    assert!(counters.undo_open(&chat, &ours).await.unwrap());
    assert_eq!(counters.last_message(&chat).await.unwrap(), None);

    counters.open(&chat, &ours).await.unwrap();
    counters.open_permanently(&chat).await.unwrap();
    assert!(!counters.undo_open(&chat, &ours).await.unwrap(), "it is open permanently");
    assert_eq!(counters.last_message(&chat).await.unwrap(), Some(0));
    counters.allocate_number(&chat).await.unwrap().unwrap();
    assert!(!counters.undo_open(&chat, &ours).await.unwrap(), "it has a numbered message");
    assert_eq!(counters.last_message(&chat).await.unwrap(), Some(1));
}

async fn a_closed_chat_stays_closed(
    counters: impl AllocateNumbers<ChatId>
    + ReserveRevisions<MessageId>
    + OpenChats
    + UndoOpenChats
    + CloseChats
    + ReadCounters,
) {
    let token = token();
    let (used, never_opened) = (chat_id(&token, 1), chat_id(&token, 2));
    let request_id = RequestId::random().unwrap();
    counters.open(&used, &request_id).await.unwrap();
    counters.allocate_number(&used).await.unwrap().unwrap();
    for chat in [&used, &never_opened] {
        for _ in 0..2 {
            counters.close(chat).await.unwrap();
        }
        counters.open_permanently(chat).await.unwrap();
        assert_eq!(counters.last_message(chat).await.unwrap(), None);
        assert_eq!(counters.allocate_number(chat).await.unwrap(), None);
        assert_eq!(counters.reserve_revision(&message_id(chat, 1)).await.unwrap(), None);
        assert!(!counters.undo_open(chat, &request_id).await.unwrap(), "the tombstone stays");
    }
}
