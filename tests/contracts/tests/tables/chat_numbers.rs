//! Counters of applications: the numbers of chats, and the revisions of writes to chats.

use contracts::contract_tests;
use conversation::fake::samples::{application, chat_id};
use conversation::ports::{AllocateNumbers, CreateApplications, ReadCounters, ReserveRevisions};
use conversation::{ApplicationId, ChatId};

use crate::{counters, fake_pair, new_applications};

contract_tests! {
    fake: fake_pair(),
    dynamodb: (counters(), new_applications());
    [chats_are_numbered, writes_to_chats_get_revisions_in_order]
}

async fn chats_are_numbered(
    (counters, applications): (impl AllocateNumbers<ApplicationId> + ReadCounters, impl CreateApplications),
) {
    let application = application(1);
    let id = &application.id;
    assert_eq!(counters.allocate_number(id).await.unwrap(), None, "no such application");
    assert_eq!(counters.last_chat(id).await.unwrap(), None);

    applications.create(&application).await.unwrap();
    assert_eq!(counters.last_chat(id).await.unwrap(), Some(0));
    let first = counters.allocate_number(id).await.unwrap().unwrap();
    let second = counters.allocate_number(id).await.unwrap().unwrap();
    assert_eq!((first.number.get(), second.number.get()), (1, 2));
    assert!(first.revision < second.revision);

    counters.release_number(id, &first).await.unwrap();
    assert_eq!(counters.last_chat(id).await.unwrap(), Some(2), "1 is not the highest");
    counters.release_number(id, &second).await.unwrap();
    let again = counters.allocate_number(id).await.unwrap().unwrap();
    assert_eq!((again.number, again.revision), (second.number, second.revision));
    counters.release_number(id, &second).await.unwrap();
    assert_eq!(counters.last_chat(id).await.unwrap(), Some(2), "2 belongs to another caller now");
}

async fn writes_to_chats_get_revisions_in_order(
    (counters, applications): (
        impl AllocateNumbers<ApplicationId> + ReserveRevisions<ChatId>,
        impl CreateApplications,
    ),
) {
    let application = application(1);
    let id = &application.id;
    let chat = chat_id(id, 1);
    assert_eq!(counters.reserve_revision(&chat).await.unwrap(), None, "no such application");
    applications.create(&application).await.unwrap();
    let created = counters.allocate_number(id).await.unwrap().unwrap();
    let reserved = counters.reserve_revision(&chat).await.unwrap().unwrap();
    assert_eq!((created.revision.get(), reserved.revision.get()), (1, 2));
    counters.release_revision(&chat, &reserved).await.unwrap();
    let next = counters.allocate_number(id).await.unwrap().unwrap();
    assert_eq!((next.number.get(), next.revision.get()), (2, 2));
}
