//! Counters of chats: the numbers of messages, and the revisions of writes to messages.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use contracts::contract_tests;
use conversation::fake::FakeTables;
use conversation::fake::samples::{application_id, chat_id, message_id};
use conversation::ports::{
    AllocateNumbers, OpenChats, RaiseLimits, ReadCounters, ReservationError, ReserveRevisions,
};
use conversation::simulated::set_clock;
use conversation::{ChatId, MessageId};

use crate::counters;

contract_tests! {
    fake: FakeTables::default(),
    dynamodb: counters();
    [
        messages_are_numbered,
        writes_to_messages_get_revisions_in_order,
        concurrent_callers_get_different_numbers,
        a_chat_reserves_nothing_above_its_limit,
        a_chat_at_its_limit_reserves_once_a_minute,
    ]
}

async fn messages_are_numbered(counters: impl AllocateNumbers<ChatId> + OpenChats + ReadCounters) {
    let chat = chat_id(&application_id(), 1);
    assert_eq!(counters.allocate_number(&chat).await.unwrap(), None, "no such chat");
    counters.open_permanently(&chat).await.unwrap();
    assert_eq!(counters.last_message(&chat).await.unwrap(), Some(0));
    let first = counters.allocate_number(&chat).await.unwrap().unwrap();
    assert_eq!((first.number.get(), first.revision.get()), (1, 1));
    counters.open_permanently(&chat).await.unwrap();
    assert_eq!(counters.last_message(&chat).await.unwrap(), Some(1), "opening again changes nothing");
    counters.release_number(&chat, &first).await.unwrap();
    assert_eq!(counters.last_message(&chat).await.unwrap(), Some(0));
}

async fn writes_to_messages_get_revisions_in_order(
    counters: impl AllocateNumbers<ChatId> + ReserveRevisions<MessageId> + OpenChats + ReadCounters,
) {
    let chat = chat_id(&application_id(), 1);
    let message = message_id(&chat, 1);
    assert_eq!(counters.reserve_revision(&message).await.unwrap(), None, "no such chat");
    counters.open_permanently(&chat).await.unwrap();
    assert_eq!(counters.reserve_revision(&message).await.unwrap(), None, "no such message");
    let created = counters.allocate_number(&chat).await.unwrap().unwrap();
    let first = counters.reserve_revision(&message).await.unwrap().unwrap();
    let second = counters.reserve_revision(&message).await.unwrap().unwrap();
    assert_eq!((created.revision.get(), first.revision.get(), second.revision.get()), (1, 2, 3));

    counters.release_number(&chat, &created).await.unwrap();
    assert_eq!(counters.last_message(&chat).await.unwrap(), Some(1), "others reserved revisions since");
    counters.release_revision(&message, &first).await.unwrap();
    counters.release_revision(&message, &second).await.unwrap();
    counters.release_revision(&message, &second).await.unwrap();
    let next = counters.allocate_number(&chat).await.unwrap().unwrap();
    let next = (next.number.get(), next.revision.get());
    assert_eq!(next, (2, 3), "only the last revision was released, and only once");
}

async fn concurrent_callers_get_different_numbers(
    counters: impl AllocateNumbers<ChatId> + OpenChats + Clone + 'static,
) {
    let chat = chat_id(&application_id(), 1);
    counters.open_permanently(&chat).await.unwrap();
    let callers: Vec<_> = (0..40)
        .map(|_| {
            let (counters, chat) = (counters.clone(), chat.clone());
            tokio::spawn(async move { counters.allocate_number(&chat).await.unwrap().unwrap() })
        })
        .collect();
    let mut numbers = Vec::new();
    for caller in callers {
        let allocated = caller.await.unwrap();
        numbers.push((allocated.number.get(), allocated.revision.get()));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).map(|number| (number, number)).collect::<Vec<_>>());
}

async fn is_refused(counters: &impl AllocateNumbers<ChatId>, chat: &ChatId) -> bool {
    matches!(counters.allocate_number(chat).await, Err(ReservationError::TooManyPending))
}

async fn a_chat_reserves_nothing_above_its_limit(
    counters: impl AllocateNumbers<ChatId> + ReserveRevisions<MessageId> + OpenChats + RaiseLimits + ReadCounters,
) {
    let chat = chat_id(&application_id(), 1);
    counters.raise_limit(&chat, 9).await.unwrap();
    assert_eq!(counters.allocate_number(&chat).await.unwrap(), None, "no such chat");
    counters.open_permanently(&chat).await.unwrap();
    counters.raise_limit(&chat, 2).await.unwrap();
    counters.raise_limit(&chat, 1).await.unwrap();
    for _ in 1..=2 {
        counters.allocate_number(&chat).await.unwrap().unwrap();
    }
    assert!(is_refused(&counters, &chat).await);
    let update = counters.reserve_revision(&message_id(&chat, 2)).await;
    assert!(matches!(update, Err(ReservationError::TooManyPending)));
    assert_eq!(counters.reserve_revision(&message_id(&chat, 3)).await.unwrap(), None, "no such message");
    assert_eq!(counters.last_message(&chat).await.unwrap(), Some(2));
    counters.raise_limit(&chat, 3).await.unwrap();
    assert_eq!(counters.allocate_number(&chat).await.unwrap().unwrap().number.get(), 3);
}

async fn a_chat_at_its_limit_reserves_once_a_minute(
    counters: impl AllocateNumbers<ChatId> + OpenChats + RaiseLimits,
) {
    let seconds = Rc::new(Cell::new(1_000));
    let clock = Rc::clone(&seconds);
    set_clock(move || Duration::from_secs(clock.get()));
    let chat = chat_id(&application_id(), 1);
    counters.open_permanently(&chat).await.unwrap();
    counters.raise_limit(&chat, 1).await.unwrap();
    counters.allocate_number(&chat).await.unwrap().unwrap();
    for number in 2..=3 {
        seconds.set(seconds.get() + 59);
        assert!(is_refused(&counters, &chat).await);
        seconds.set(seconds.get() + 2);
        assert_eq!(counters.allocate_number(&chat).await.unwrap().unwrap().number.get(), number);
        assert!(is_refused(&counters, &chat).await);
    }
}
