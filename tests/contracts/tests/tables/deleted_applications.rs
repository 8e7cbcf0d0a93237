use contracts::{contract_tests, deltas, page};
use conversation::fake::FakeTables;
use conversation::fake::samples::{application, chat_id};
use conversation::ports::{
    AllocateNumbers, ApplicationCursor, CountChats, CountOutcome, CreateApplications, DeleteApplications,
    FindDeletedApplications, ReadApplications, ReadCounters, ReserveRevisions,
};
use conversation::{ApplicationId, ChatId, Order};

use crate::{applications, counters, deleted_applications, new_applications, own_creation_time};

contract_tests! {
    fake: fake(),
    dynamodb: (new_applications(), deleted_applications(), applications(), counters());
    [
        a_deleted_application_is_not_found,
        a_deleted_application_has_no_numbers,
        a_deleted_application_is_not_listed,
        a_deleted_application_is_not_created_again,
        deleting_an_unknown_application_leaves_nothing,
    ]
}

fn fake() -> (FakeTables, FakeTables, FakeTables, FakeTables) {
    let fake = FakeTables::default();
    (fake.clone(), fake.clone(), fake.clone(), fake)
}

async fn a_deleted_application_is_not_found(
    (new, deleted, applications, _): (
        impl CreateApplications,
        impl DeleteApplications + FindDeletedApplications,
        impl ReadApplications + CountChats,
        impl ReadCounters,
    ),
) {
    let created = application(1);
    let id = &created.id;
    new.create(&created).await.unwrap();
    let counted = applications.count(id, &deltas(&[(1, 1), (3, 1)])).await.unwrap();
    assert_eq!(counted, CountOutcome::Applied);
    for _ in 0..2 {
        deleted.delete(id).await.unwrap();
        assert!(deleted.is_deleted(id).await.unwrap());
        assert_eq!(applications.application(id).await.unwrap(), None);
        let counted = applications.count(id, &deltas(&[(2, 1)])).await.unwrap();
        assert_eq!(counted, CountOutcome::ParentDeleted);
        assert_eq!(applications.application(id).await.unwrap(), None, "a count does not bring it back");
    }
}

async fn a_deleted_application_has_no_numbers(
    (new, deleted, _, counters): (
        impl CreateApplications,
        impl DeleteApplications + FindDeletedApplications,
        impl ReadApplications,
        impl AllocateNumbers<ApplicationId> + ReserveRevisions<ChatId> + ReadCounters,
    ),
) {
    let created = application(1);
    let (id, chat) = (&created.id, chat_id(&created.id, 1));
    new.create(&created).await.unwrap();
    let number = counters.allocate_number(id).await.unwrap().unwrap();
    deleted.delete(id).await.unwrap();
    assert_eq!(counters.allocate_number(id).await.unwrap(), None);
    assert_eq!(counters.reserve_revision(&chat).await.unwrap(), None);
    assert_eq!(counters.last_chat(id).await.unwrap(), None);
    counters.release_number(id, &number).await.unwrap();
    assert_eq!(counters.allocate_number(id).await.unwrap(), None, "a late release does not open it");
}

async fn a_deleted_application_is_not_listed(
    (new, deleted, applications, _): (
        impl CreateApplications,
        impl DeleteApplications + FindDeletedApplications,
        impl ReadApplications,
        impl ReadCounters,
    ),
) {
    let start = own_creation_time() + 500;
    let [first, second] = [1, 2].map(|millis| application(start + millis));
    new.create(&first).await.unwrap();
    new.create(&second).await.unwrap();
    let behind_first = page(1, Order::Ascending, Some(ApplicationCursor::from(&first)));
    let listed = applications.applications(&behind_first).await.unwrap();
    assert_eq!(listed.items, std::slice::from_ref(&second));
    deleted.delete(&second.id).await.unwrap();
    let listed = applications.applications(&behind_first).await.unwrap();
    assert!(listed.items.iter().all(|application| application.id != second.id), "{:?}", listed.items);
}

async fn a_deleted_application_is_not_created_again(
    (new, deleted, applications, counters): (
        impl CreateApplications,
        impl DeleteApplications + FindDeletedApplications,
        impl ReadApplications,
        impl ReadCounters,
    ),
) {
    let created = application(1);
    new.create(&created).await.unwrap();
    deleted.delete(&created.id).await.unwrap();
    new.create(&created).await.unwrap();
    assert_eq!(applications.application(&created.id).await.unwrap(), None);
    assert_eq!(counters.last_chat(&created.id).await.unwrap(), None);
}

async fn deleting_an_unknown_application_leaves_nothing(
    (new, deleted, applications, counters): (
        impl CreateApplications,
        impl DeleteApplications + FindDeletedApplications,
        impl ReadApplications,
        impl ReadCounters,
    ),
) {
    let unknown = application(1);
    deleted.delete(&unknown.id).await.unwrap();
    assert!(!deleted.is_deleted(&unknown.id).await.unwrap());
    new.create(&unknown).await.unwrap();
    assert_eq!(counters.last_chat(&unknown.id).await.unwrap(), Some(0));
    assert!(!deleted.is_deleted(&unknown.id).await.unwrap());
    assert_eq!(applications.application(&unknown.id).await.unwrap(), Some(unknown));
}
