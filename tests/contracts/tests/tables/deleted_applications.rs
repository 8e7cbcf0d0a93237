use contracts::{contract_tests, deltas, page};
use conversation::fake::FakeTables;
use conversation::fake::samples::{application, chat_id, name};
use conversation::ports::{
    AllocateNumbers, ApplicationCursor, CountChats, CountOutcome, CreateApplications, DeleteApplications,
    ReadApplications, ReadCounters, ReadTokenVersions, RenameApplications, ReserveRevisions, RotateTokens,
    Rotation,
};
use conversation::{ApplicationId, ChatId, Order, TokenVersion};

use crate::{applications, applications_with_counters, counters, own_creation_time};

contract_tests! {
    fake: fake(),
    dynamodb: (applications_with_counters(), applications(), counters());
    [
        a_deleted_application_is_not_found,
        a_deleted_application_has_no_numbers,
        a_deleted_application_is_not_listed,
        a_deleted_application_is_not_created_again,
        deleting_an_unknown_application_leaves_nothing,
    ]
}

fn fake() -> (FakeTables, FakeTables, FakeTables) {
    let fake = FakeTables::default();
    (fake.clone(), fake.clone(), fake)
}

async fn a_deleted_application_is_not_found(
    (both, applications, _): (
        impl CreateApplications + DeleteApplications,
        impl ReadApplications + ReadTokenVersions + RotateTokens + RenameApplications + CountChats,
        impl ReadCounters,
    ),
) {
    let created = application(1);
    let id = &created.id;
    both.create(&created).await.unwrap();
    let counted = applications.count(id, &deltas(&[(1, 1), (3, 1)])).await.unwrap();
    assert_eq!(counted, CountOutcome::Applied);
    for _ in 0..2 {
        both.delete(id).await.unwrap();
        assert_eq!(applications.application(id).await.unwrap(), None);
        assert_eq!(applications.token_version(id).await.unwrap(), None);
        let renamed = applications.rename(id, &name("Coffee house"), created.updated_at).await.unwrap();
        assert_eq!(renamed, None);
        let rotated = applications.rotate(id, TokenVersion::new(2)).await.unwrap();
        assert_eq!(rotated, Rotation::NotFound);
        let counted = applications.count(id, &deltas(&[(2, 1)])).await.unwrap();
        assert_eq!(counted, CountOutcome::ParentDeleted);
        assert_eq!(applications.application(id).await.unwrap(), None, "none of these brings it back");
    }
}

async fn a_deleted_application_has_no_numbers(
    (both, _, counters): (
        impl CreateApplications + DeleteApplications,
        impl ReadApplications,
        impl AllocateNumbers<ApplicationId> + ReserveRevisions<ChatId> + ReadCounters,
    ),
) {
    let created = application(1);
    let (id, chat) = (&created.id, chat_id(&created.id, 1));
    both.create(&created).await.unwrap();
    let number = counters.allocate_number(id).await.unwrap().unwrap();
    both.delete(id).await.unwrap();
    assert_eq!(counters.allocate_number(id).await.unwrap(), None);
    assert_eq!(counters.reserve_revision(&chat).await.unwrap(), None);
    assert_eq!(counters.last_chat(id).await.unwrap(), None);
    counters.release_number(id, &number).await.unwrap();
    assert_eq!(counters.allocate_number(id).await.unwrap(), None, "a late release does not open it");
}

async fn a_deleted_application_is_not_listed(
    (both, applications, _): (
        impl CreateApplications + DeleteApplications,
        impl ReadApplications,
        impl ReadCounters,
    ),
) {
    let start = own_creation_time() + 500;
    let [first, second] = [1, 2].map(|millis| application(start + millis));
    both.create(&first).await.unwrap();
    both.create(&second).await.unwrap();
    let behind_first = page(1, Order::Ascending, Some(ApplicationCursor::from(&first)));
    let listed = applications.applications(&behind_first).await.unwrap();
    assert_eq!(listed.items, std::slice::from_ref(&second));
    both.delete(&second.id).await.unwrap();
    let listed = applications.applications(&behind_first).await.unwrap();
    assert!(listed.items.iter().all(|application| application.id != second.id), "{:?}", listed.items);
}

async fn a_deleted_application_is_not_created_again(
    (both, applications, counters): (
        impl CreateApplications + DeleteApplications,
        impl ReadApplications,
        impl ReadCounters,
    ),
) {
    let created = application(1);
    both.create(&created).await.unwrap();
    both.delete(&created.id).await.unwrap();
    both.create(&created).await.unwrap();
    assert_eq!(applications.application(&created.id).await.unwrap(), None);
    assert_eq!(counters.last_chat(&created.id).await.unwrap(), None);
}

async fn deleting_an_unknown_application_leaves_nothing(
    (both, applications, counters): (
        impl CreateApplications + DeleteApplications,
        impl ReadApplications,
        impl ReadCounters,
    ),
) {
    let unknown = application(1);
    both.delete(&unknown.id).await.unwrap();
    both.create(&unknown).await.unwrap();
    assert_eq!(counters.last_chat(&unknown.id).await.unwrap(), Some(0));
    assert_eq!(applications.application(&unknown.id).await.unwrap(), Some(unknown));
}
