use contracts::{contract_tests, deltas, silent_server};
use conversation::fake::samples::{application, application_id, name};
use conversation::fake::{FakeTables, Fault};
use conversation::ports::{
    CountChats, CreateApplications, DeleteApplications, ReadApplications, RenameApplications, RenameOutcome,
    WriteError,
};
use conversation::{Application, ApplicationId, Caller, Timestamp, TokenVersion};
use dynamodb_tables::ApplicationNames;
use test_stack::sdk_config;

use crate::{application_names, applications, deleted_applications, new_applications};

contract_tests! {
    fake: fakes(),
    dynamodb: (new_applications(), deleted_applications(), application_names(), applications());
    [
        an_application_is_renamed,
        only_a_valid_token_renames,
        a_deleted_application_is_not_renamed,
        a_newer_name_is_dated_behind_the_last_one,
    ]
}

fn fakes() -> (FakeTables, FakeTables, FakeTables, FakeTables) {
    let fake = FakeTables::default();
    (fake.clone(), fake.clone(), fake.clone(), fake)
}

/// The holder of the application's first token.
fn holder(application: &ApplicationId) -> Caller {
    Caller { application: application.clone(), token_version: Some(TokenVersion::FIRST) }
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
    let holder = holder(&created.id);
    let unknown = names.rename(&holder, &name, at).await.unwrap();
    assert_eq!(unknown, RenameOutcome::NotFound, "it does not exist");
    assert_eq!(applications.application(&created.id).await.unwrap(), None);
    new.create(&created).await.unwrap();
    applications.count(&created.id, &deltas(&[(1, 1)])).await.unwrap();
    let RenameOutcome::Renamed(renamed) = names.rename(&holder, &name, at).await.unwrap() else { panic!() };
    assert_eq!((&renamed.name, renamed.chats_count), (&name, 1));
    assert_eq!((renamed.created_at, renamed.updated_at), (created.created_at, at));
    assert_eq!(applications.application(&created.id).await.unwrap(), Some(renamed));
}

async fn a_newer_name_is_dated_behind_the_last_one(
    (new, _, names, applications): (
        impl CreateApplications,
        impl DeleteApplications,
        impl RenameApplications,
        impl ReadApplications + CountChats,
    ),
) {
    let created = application(1);
    new.create(&created).await.unwrap();
    let cases = [
        ("Coffee house", 90, 90),
        // A repetition, because the reply was lost.
        ("Coffee house", 90, 90),
        ("Tea room", 90, 91),
        // The clock of this function is behind.
        ("Tea house", 80, 92),
    ];
    for (text, at, dated) in cases {
        let at = Timestamp::from_millis(at);
        let renamed = names.rename(&holder(&created.id), &name(text), at).await.unwrap();
        let RenameOutcome::Renamed(renamed) = renamed else { panic!("{renamed:?}") };
        assert_eq!((renamed.name.as_str(), renamed.updated_at.millis()), (text, dated));
        assert_eq!(applications.application(&created.id).await.unwrap(), Some(renamed));
    }
}

async fn only_a_valid_token_renames(
    (new, _, names, applications): (
        impl CreateApplications,
        impl DeleteApplications,
        impl RenameApplications,
        impl ReadApplications + CountChats,
    ),
) {
    let created = Application { token_version: TokenVersion::new(2), ..application(1) };
    new.create(&created).await.unwrap();
    let rename = async |token_version| {
        let caller = Caller { application: created.id.clone(), token_version };
        names.rename(&caller, &name("Coffee house"), created.updated_at).await.unwrap()
    };
    assert_eq!(rename(Some(TokenVersion::FIRST)).await, RenameOutcome::TokenRevoked);
    assert_eq!(applications.application(&created.id).await.unwrap().unwrap(), created);
    for valid in [Some(TokenVersion::new(2)), None] {
        assert!(matches!(rename(valid).await, RenameOutcome::Renamed(_)), "{valid:?}");
    }
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
    let operator = Caller { application: created.id.clone(), token_version: None };
    for caller in [holder(&created.id), operator] {
        let renamed = names.rename(&caller, &name("Coffee house"), created.updated_at).await.unwrap();
        assert_eq!(renamed, RenameOutcome::NotFound);
    }
    assert_eq!(applications.application(&created.id).await.unwrap(), None, "a rename does not bring it back");
}

/// The error of a rename that fails.
async fn rename_error(names: &impl RenameApplications) -> WriteError {
    let (application, name, at) = (application_id(), name("Coffee house"), Timestamp::from_millis(90));
    names.rename(&holder(&application), &name, at).await.unwrap_err()
}

#[tokio::test]
async fn the_fake_tells_a_lost_reply_from_a_rename_that_did_not_happen() {
    let (tables, application) = FakeTables::with_application();
    let before = tables.application(&application).await.unwrap().unwrap();
    let new_name = name("Coffee house");
    for (fault, expected) in [(Fault::Before, &before.name), (Fault::After, &new_name)] {
        tables.faults.plan([fault]);
        let error = tables.rename(&holder(&application), &new_name, before.updated_at).await.unwrap_err();
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
