use contracts::{contract_tests, deltas, silent_server};
use conversation::Timestamp;
use conversation::fake::samples::{application, application_id, name};
use conversation::fake::{FakeTables, Fault};
use conversation::ports::{
    CountChats, CreateApplications, DeleteApplications, ReadApplications, RenameApplications, WriteError,
};
use dynamodb_tables::ApplicationNames;
use test_stack::sdk_config;

use crate::{application_names, applications, deleted_applications, new_applications};

contract_tests! {
    fake: fakes(),
    dynamodb: (new_applications(), deleted_applications(), application_names(), applications());
    [
        an_application_is_renamed,
        a_deleted_application_is_not_renamed,
    ]
}

fn fakes() -> (FakeTables, FakeTables, FakeTables, FakeTables) {
    let fake = FakeTables::default();
    (fake.clone(), fake.clone(), fake.clone(), fake)
}

async fn an_application_is_renamed(
    (new, _, names, applications): (
        impl CreateApplications,
        impl DeleteApplications,
        impl RenameApplications,
        impl ReadApplications + CountChats,
    ),
) {
    let created = application(1);
    let (name, at) = (name("Coffee house"), Timestamp::from_millis(90));
    assert_eq!(names.rename(&created.id, &name, at).await.unwrap(), None, "it does not exist");
    assert_eq!(applications.application(&created.id).await.unwrap(), None);
    new.create(&created).await.unwrap();
    applications.count(&created.id, &deltas(&[(1, 1)])).await.unwrap();
    let renamed = names.rename(&created.id, &name, at).await.unwrap().unwrap();
    assert_eq!((&renamed.name, renamed.chats_count), (&name, 1));
    assert_eq!((renamed.created_at, renamed.updated_at), (created.created_at, at));
    assert_eq!(applications.application(&created.id).await.unwrap(), Some(renamed));
}

async fn a_deleted_application_is_not_renamed(
    (new, deleted, names, applications): (
        impl CreateApplications,
        impl DeleteApplications,
        impl RenameApplications,
        impl ReadApplications + CountChats,
    ),
) {
    let created = application(1);
    new.create(&created).await.unwrap();
    deleted.delete(&created.id).await.unwrap();
    let renamed = names.rename(&created.id, &name("Coffee house"), created.updated_at).await.unwrap();
    assert_eq!(renamed, None);
    assert_eq!(applications.application(&created.id).await.unwrap(), None, "a rename does not bring it back");
}

/// The error of a rename that fails.
async fn rename_error(names: &impl RenameApplications) -> WriteError {
    let (application, name, at) = (application_id(), name("Coffee house"), Timestamp::from_millis(90));
    names.rename(&application, &name, at).await.unwrap_err()
}

#[tokio::test]
async fn the_fake_tells_a_lost_reply_from_a_rename_that_did_not_happen() {
    let (tables, application) = FakeTables::with_application();
    let before = tables.application(&application).await.unwrap().unwrap();
    let new_name = name("Coffee house");
    for (fault, expected) in [(Fault::Before, &before.name), (Fault::After, &new_name)] {
        tables.faults.plan([fault]);
        let error = tables.rename(&application, &new_name, before.updated_at).await.unwrap_err();
        assert_eq!(matches!(error, WriteError::OutcomeUnknown(_)), fault == Fault::After, "{error:?}");
        assert_eq!(tables.application(&application).await.unwrap().unwrap().name, *expected);
    }
}

#[tokio::test]
async fn a_rename_that_did_not_reach_dynamodb_is_not_written() {
    let names = ApplicationNames::new(&sdk_config("http://127.0.0.1:1"), "applications");
    let error = rename_error(&names).await;
    assert!(matches!(error, WriteError::NotWritten(_)), "{error:?}");
}

#[tokio::test]
async fn the_outcome_of_a_rename_without_a_response_is_unknown() {
    let names = ApplicationNames::new(&sdk_config(&silent_server().await), "applications");
    let error = rename_error(&names).await;
    assert!(matches!(error, WriteError::OutcomeUnknown(_)), "{error:?}");
}
