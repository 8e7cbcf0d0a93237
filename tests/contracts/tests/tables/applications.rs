use contracts::{contract_tests, deltas, page, silent_server};
use conversation::fake::samples::{application, name, token};
use conversation::fake::{FakeTables, Fault};
use conversation::ports::{CountChats, CreateApplications, ReadApplications, RenameApplications, WriteError};
use conversation::{Order, Timestamp};
use dynamodb_tables::Applications;
use test_stack::sdk_config;

use crate::{applications, fake_pair, new_applications};

contract_tests! {
    fake: fake_pair(),
    dynamodb: (new_applications(), applications());
    [
        an_application_is_read_after_its_creation,
        an_application_is_created_once,
        applications_are_listed_by_creation,
        an_application_is_renamed,
    ]
}

async fn an_application_is_read_after_its_creation(
    (new, applications): (impl CreateApplications, impl ReadApplications),
) {
    let created = application(1_763_700_000_000);
    assert_eq!(applications.application(&created.token).await.unwrap(), None);
    new.create(&created).await.unwrap();
    assert_eq!(applications.application(&created.token).await.unwrap(), Some(created));
}

async fn an_application_is_created_once(
    (new, applications): (impl CreateApplications, impl ReadApplications + CountChats),
) {
    let created = application(1);
    new.create(&created).await.unwrap();
    applications.count(&created.token, &deltas(&[(1, 1)])).await.unwrap();
    new.create(&created).await.unwrap();
    let chats_count = applications.application(&created.token).await.unwrap().unwrap().chats_count;
    assert_eq!(chats_count, 1, "the row is unchanged");
}

async fn applications_are_listed_by_creation(
    (new, applications): (impl CreateApplications, impl ReadApplications),
) {
    // Far in the future, and later in every run, so that no other application is between these.
    let start = 5_000_000_000_000 + Timestamp::now().millis() % 4_000_000_000 * 1_000;
    for millis in [1, 2, 2, 3] {
        new.create(&application(start + millis)).await.unwrap();
    }
    let first = applications.applications(&page(3, Order::Descending, None)).await.unwrap();
    let second = applications.applications(&page(3, Order::Descending, first.next.clone())).await.unwrap();
    let listed = first.items.iter().chain(&second.items).take(4);
    let listed: Vec<i64> = listed.map(|application| application.created_at.millis() - start).collect();
    assert_eq!(listed, [3, 2, 2, 1]);
    let ascending = applications.applications(&page(1, Order::Ascending, first.next)).await.unwrap();
    assert_eq!(ascending.items.len(), 1);
    assert_eq!(ascending.items[0].created_at.millis() - start, 2, "the one after the second of the three");
}

async fn an_application_is_renamed(
    (new, applications): (impl CreateApplications, impl ReadApplications + RenameApplications + CountChats),
) {
    let created = application(1);
    let (name, at) = (name("Coffee house"), Timestamp::from_millis(90));
    assert_eq!(applications.rename(&created.token, &name, at).await.unwrap(), None, "it does not exist");
    assert_eq!(applications.application(&created.token).await.unwrap(), None);
    new.create(&created).await.unwrap();
    applications.count(&created.token, &deltas(&[(1, 1)])).await.unwrap();
    let renamed = applications.rename(&created.token, &name, at).await.unwrap().unwrap();
    assert_eq!((&renamed.name, renamed.chats_count), (&name, 1));
    assert_eq!((renamed.created_at, renamed.updated_at), (created.created_at, at));
    assert_eq!(applications.application(&created.token).await.unwrap(), Some(renamed));
}

/// The error of a rename that fails.
async fn rename_error(applications: &impl RenameApplications) -> WriteError {
    let (token, name, at) = (token(), name("Coffee house"), Timestamp::from_millis(90));
    applications.rename(&token, &name, at).await.unwrap_err()
}

#[tokio::test]
async fn the_fake_tells_a_lost_reply_from_a_rename_that_did_not_happen() {
    let (tables, token) = FakeTables::with_application();
    let before = tables.application(&token).await.unwrap().unwrap();
    let new_name = name("Coffee house");
    for (fault, expected) in [(Fault::Before, &before.name), (Fault::After, &new_name)] {
        tables.faults.plan([fault]);
        let error = tables.rename(&token, &new_name, before.updated_at).await.unwrap_err();
        assert_eq!(matches!(error, WriteError::OutcomeUnknown(_)), fault == Fault::After, "{error:?}");
        assert_eq!(tables.application(&token).await.unwrap().unwrap().name, *expected);
    }
}

#[tokio::test]
async fn a_rename_that_did_not_reach_dynamodb_is_not_written() {
    let applications = Applications::new(&sdk_config("http://127.0.0.1:1"), "applications");
    let error = rename_error(&applications).await;
    assert!(matches!(error, WriteError::NotWritten(_)), "{error:?}");
}

#[tokio::test]
async fn the_outcome_of_a_rename_without_a_response_is_unknown() {
    let applications = Applications::new(&sdk_config(&silent_server().await), "applications");
    let error = rename_error(&applications).await;
    assert!(matches!(error, WriteError::OutcomeUnknown(_)), "{error:?}");
}
