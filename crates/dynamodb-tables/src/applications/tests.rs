//! What callers learn from the replies of DynamoDB.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use conversation::fake::samples::{application, application_id, first_page, name, revision};
use conversation::ports::{
    CountChats, CountOutcome, CreateApplications, DeleteApplications, LastRotation, ReadApplications,
    ReadTokenVersions, RenameApplications, RenameOutcome, RotateTokens, RotationOutcome, StoreError,
    WriteError,
};
use conversation::{Caller, Deltas, TenantAccess, Timestamp, TokenVersion, error_chain};
use function_environment::Environment;

use super::Applications;
use crate::{ApplicationNames, DeletedApplications, NewApplications, TokenRotations, TokenVersions};

const OUTAGE: (u16, &str) = (500, r#"{"__type":"InternalServerError"}"#);
const THROTTLED: (u16, &str) = (400, r#"{"__type":"ThrottlingException","message":"too fast"}"#);
const CONDITION_FAILED: (u16, &str) = (400, r#"{"__type":"ConditionalCheckFailedException"}"#);
const EXISTS: (u16, &str) = (
    400,
    r#"{"__type":"TransactionCanceledException","CancellationReasons":[{"Code":"None"},{"Code":"ConditionalCheckFailed"}]}"#,
);
const CONFLICT: (u16, &str) = (
    400,
    r#"{"__type":"TransactionCanceledException","CancellationReasons":[{"Code":"TransactionConflict"}]}"#,
);

const DONE: (u16, &str) = (200, "{}");
const DENIED: (u16, &str) = (400, r#"{"__type":"AccessDeniedException"}"#);
const CONDITION_FAILED_FOR_ROW: (u16, &str) = (
    400,
    r#"{"__type":"ConditionalCheckFailedException","Item":{"created_key":{"S":"1#a"},"token_version":{"N":"3"}}}"#,
);
const RENAMED: (u16, &str) = (
    200,
    r#"{"Attributes":{"id":{"S":"ckJ2h5bA4wqXFGzGJ0TzMA"},"created_key":{"S":"1#a"},"token_version":{"N":"1"},"name":{"S":"Coffee house"},"chats_count":{"N":"0"},"created_at":{"N":"1"},"updated_at":{"N":"9"}}}"#,
);
const CONDITION_FAILED_FOR_NEWER_NAME: (u16, &str) = (
    400,
    r#"{"__type":"ConditionalCheckFailedException","Item":{"created_key":{"S":"1#a"},"token_version":{"N":"1"},"updated_at":{"N":"8"}}}"#,
);
const CONDITION_FAILED_FOR_TOMBSTONE: (u16, &str) =
    (400, r#"{"__type":"ConditionalCheckFailedException","Item":{"id":{"S":"a"}}}"#);
const ROW: (u16, &str) = (200, r#"{"Item":{"created_key":{"S":"1#a"},"token_version":{"N":"3"}}}"#);
const DISABLED_ROW: (u16, &str) =
    (200, r#"{"Item":{"created_key":{"S":"1#a"},"token_version":{"N":"3"},"disabled":{"BOOL":true}}}"#);
const TOMBSTONE: (u16, &str) = (200, r#"{"Item":{"id":{"S":"a"}}}"#);

/// Replies of DynamoDB: status and body of each call, in order. An unexpected call panics.
#[derive(Debug, Clone)]
struct Replies {
    replies: Arc<Mutex<VecDeque<(u16, &'static str)>>>,
    /// The table of each call.
    tables: Arc<Mutex<Vec<&'static str>>>,
}

impl Replies {
    fn new<const N: usize>(replies: [(u16, &'static str); N]) -> Self {
        Self { replies: Arc::new(Mutex::new(replies.into())), tables: Arc::default() }
    }

    fn environment(&self) -> Environment {
        let variables = [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("APPLICATIONS_TABLE", "applications"),
            ("COUNTERS_TABLE", "counters"),
        ];
        let environment = Environment::new(variables.into_iter().collect()).unwrap();
        let connector = SharedHttpConnector::new(self.clone());
        let client = http_client_fn(move |_, _| connector.clone());
        Environment { sdk: environment.sdk.to_builder().http_client(client).build(), ..environment }
    }

    fn assert_all_used(&self) {
        assert_eq!(*self.replies.lock().unwrap(), []);
    }
}

impl HttpConnector for Replies {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let input = std::str::from_utf8(request.body().bytes().unwrap()).unwrap();
        let named = |table: &&str| input.contains(&format!(r#""TableName":"{table}""#));
        self.tables.lock().unwrap().extend(["applications", "counters"].into_iter().filter(named));
        let (status, body) = self.replies.lock().unwrap().pop_front().unwrap();
        let response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        HttpConnectorFuture::ready(Ok(response))
    }
}

/// The replies to all attempts of a write: `first`, then `rest` again and again.
fn attempts(first: (u16, &'static str), rest: (u16, &'static str)) -> [(u16, &'static str); 6] {
    [first, rest, rest, rest, rest, rest]
}

/// The holder of the second token of an application.
fn holder() -> Caller {
    Caller { application: application_id(), token_version: Some(TokenVersion::new(2)) }
}

async fn rename<const N: usize>(replies: [(u16, &'static str); N]) -> Result<RenameOutcome, WriteError> {
    let replies = Replies::new(replies);
    let names = ApplicationNames::from_environment(&replies.environment()).unwrap();
    let renamed = names.rename(&holder(), &name("Coffee house"), Timestamp::from_millis(7)).await;
    replies.assert_all_used();
    renamed
}

async fn create<const N: usize>(replies: [(u16, &'static str); N]) -> Result<(), WriteError> {
    let replies = Replies::new(replies);
    let applications = NewApplications::from_environment(&replies.environment()).unwrap();
    let created = applications.create(&application(7)).await;
    replies.assert_all_used();
    created
}

async fn rotate<const N: usize>(replies: [(u16, &'static str); N]) -> Result<RotationOutcome, WriteError> {
    let replies = Replies::new(replies);
    let rotations = TokenRotations::from_environment(&replies.environment()).unwrap();
    let rotation = LastRotation { request_id: "r".to_owned(), at: Timestamp::from_millis(7) };
    let outcome = rotations.rotate(&application_id(), TokenVersion::new(2), &rotation).await;
    replies.assert_all_used();
    outcome
}

async fn count<const N: usize>(replies: [(u16, &'static str); N]) -> CountOutcome {
    let replies = Replies::new(replies);
    let applications = Applications::from_environment(&replies.environment()).unwrap();
    let mut deltas = Deltas::default();
    deltas.insert(revision(1), 1);
    let outcome = applications.count(&application_id(), &deltas).await.unwrap();
    replies.assert_all_used();
    outcome
}

/// With the table of each call.
async fn delete<const N: usize>(
    replies: [(u16, &'static str); N],
) -> (Result<(), StoreError>, Vec<&'static str>) {
    let replies = Replies::new(replies);
    let applications = DeletedApplications::from_environment(&replies.environment()).unwrap();
    let deleted = applications.delete(&application_id()).await;
    replies.assert_all_used();
    let tables = replies.tables.lock().unwrap().clone();
    (deleted, tables)
}

#[tokio::test(start_paused = true)]
async fn a_rename_with_a_lost_reply_may_have_happened() {
    for (first, rest) in [(OUTAGE, OUTAGE), (OUTAGE, THROTTLED), (THROTTLED, OUTAGE)] {
        let renamed = rename(attempts(first, rest)).await;
        assert!(matches!(renamed, Err(WriteError::OutcomeUnknown(_))), "{renamed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttled_rename_certainly_did_not_happen() {
    let error = rename(attempts(THROTTLED, THROTTLED)).await.unwrap_err();
    assert!(matches!(error, WriteError::NotWritten(_)), "{error:?}");
    let chain = error_chain(&error);
    assert!(chain.contains("service error") && chain.contains("too fast"), "{chain}");
}

#[tokio::test(start_paused = true)]
async fn a_rename_that_is_refused_says_why_and_is_not_tried_again() {
    assert_eq!(rename([CONDITION_FAILED]).await.unwrap(), RenameOutcome::NotFound);
    assert_eq!(rename([CONDITION_FAILED_FOR_TOMBSTONE]).await.unwrap(), RenameOutcome::NotFound);
    assert_eq!(rename([CONDITION_FAILED_FOR_ROW]).await.unwrap(), RenameOutcome::TokenRevoked);
}

#[tokio::test(start_paused = true)]
async fn a_rename_that_meets_a_newer_one_is_dated_behind_it() {
    let renamed = rename([CONDITION_FAILED_FOR_NEWER_NAME, RENAMED]).await.unwrap();
    assert!(matches!(renamed, RenameOutcome::Renamed(_)), "{renamed:?}");
    let error = rename([CONDITION_FAILED_FOR_NEWER_NAME; 4]).await.unwrap_err();
    assert!(matches!(error, WriteError::NotWritten(_)), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_rename_without_a_reply_is_unknown_if_the_application_changed_since() {
    for changed in [CONDITION_FAILED_FOR_NEWER_NAME, CONDITION_FAILED_FOR_ROW] {
        let error = rename([OUTAGE, changed]).await.unwrap_err();
        assert!(matches!(error, WriteError::OutcomeUnknown(_)), "{error:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_finds_its_rows_succeeds() {
    create([EXISTS]).await.unwrap();
    create([OUTAGE, EXISTS]).await.unwrap();
    create([CONFLICT, (200, "{}")]).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_failed_creation_says_whether_it_may_have_happened() {
    assert!(matches!(create(attempts(OUTAGE, CONFLICT)).await, Err(WriteError::OutcomeUnknown(_))));
    assert!(matches!(create(attempts(CONFLICT, CONFLICT)).await, Err(WriteError::NotWritten(_))));
}

#[tokio::test(start_paused = true)]
async fn a_rotation_that_is_refused_says_why() {
    assert_eq!(rotate([CONDITION_FAILED]).await.unwrap(), RotationOutcome::NotFound);
    assert_eq!(rotate([CONDITION_FAILED_FOR_TOMBSTONE]).await.unwrap(), RotationOutcome::NotFound);
    assert_eq!(rotate([CONDITION_FAILED_FOR_ROW]).await.unwrap(), RotationOutcome::Superseded);
}

#[tokio::test(start_paused = true)]
async fn a_rotation_is_tried_again_and_says_whether_it_may_have_happened() {
    assert_eq!(rotate([OUTAGE, DONE]).await.unwrap(), RotationOutcome::Rotated);
    assert!(matches!(rotate(attempts(OUTAGE, THROTTLED)).await, Err(WriteError::OutcomeUnknown(_))));
    assert!(matches!(rotate(attempts(THROTTLED, THROTTLED)).await, Err(WriteError::NotWritten(_))));
}

#[tokio::test]
async fn a_deleted_application_is_open_to_no_token_and_a_disabled_one_says_so() {
    let access = |is_disabled| Some(TenantAccess { token_version: TokenVersion::new(3), is_disabled });
    for (reply, expected) in
        [(ROW, access(false)), (DISABLED_ROW, access(true)), (TOMBSTONE, None), (DONE, None)]
    {
        let replies = Replies::new([reply]);
        let versions = TokenVersions::from_environment(&replies.environment()).unwrap();
        assert_eq!(versions.tenant_access(&application_id()).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn chats_of_a_deleted_application_are_not_counted() {
    assert_eq!(count([DONE]).await, CountOutcome::ParentUnknown);
    assert_eq!(count([TOMBSTONE]).await, CountOutcome::ParentDeleted);
    let deleted_meanwhile = count([ROW, CONDITION_FAILED_FOR_TOMBSTONE]).await;
    assert_eq!(deleted_meanwhile, CountOutcome::ParentDeleted);
    assert_eq!(count([ROW, DONE]).await, CountOutcome::Applied);
}

#[tokio::test]
async fn a_deletion_closes_the_counter_before_it_replaces_the_row() {
    let (deleted, tables) = delete([DONE, DONE]).await;
    assert!(deleted.is_ok(), "{deleted:?}");
    assert_eq!(tables, ["counters", "applications"]);
    let (deleted, tables) = delete([DENIED]).await;
    assert!(deleted.is_err());
    assert_eq!(tables, ["counters"]);
    assert!(delete([DONE, DENIED]).await.0.is_err());
}

#[tokio::test]
async fn an_application_that_never_existed_is_deleted_without_an_error() {
    let (deleted, _) = delete([CONDITION_FAILED, CONDITION_FAILED]).await;
    assert!(deleted.is_ok(), "{deleted:?}");
}

const LISTED: (u16, &str) = (
    200,
    r#"{"Items":[{"id":{"S":"ckJ2h5bA4wqXFGzGJ0TzMA"},"created_key":{"S":"1#ckJ2h5bA4wqXFGzGJ0TzMA"}}],"Count":1}"#,
);
const UNREAD: (u16, &str) = (
    200,
    r#"{"Responses":{},"UnprocessedKeys":{"applications":{"Keys":[{"id":{"S":"ckJ2h5bA4wqXFGzGJ0TzMA"}}]}}}"#,
);
const READ: (u16, &str) = (
    200,
    r#"{"Responses":{"applications":[{"id":{"S":"ckJ2h5bA4wqXFGzGJ0TzMA"},"created_key":{"S":"1#a"},"token_version":{"N":"1"},"name":{"S":"Coffee house"},"chats_count":{"N":"0"},"created_at":{"N":"1"},"updated_at":{"N":"9"}}]},"UnprocessedKeys":{}}"#,
);
const READ_TOMBSTONE: (u16, &str) =
    (200, r#"{"Responses":{"applications":[{"id":{"S":"ckJ2h5bA4wqXFGzGJ0TzMA"}}]},"UnprocessedKeys":{}}"#);

/// How many applications a list has.
async fn list<const N: usize>(replies: [(u16, &'static str); N]) -> Result<usize, StoreError> {
    let replies = Replies::new(replies);
    let applications = Applications::from_environment(&replies.environment()).unwrap();
    let listed = applications.applications(&first_page()).await;
    replies.assert_all_used();
    listed.map(|page| page.items.len())
}

#[tokio::test(start_paused = true)]
async fn what_a_busy_table_left_unread_is_read_again() {
    assert_eq!(list([LISTED, READ]).await.unwrap(), 1);
    assert_eq!(list([LISTED, UNREAD, UNREAD, UNREAD, READ]).await.unwrap(), 1);
    let error = list([LISTED, UNREAD, UNREAD, UNREAD, UNREAD]).await.unwrap_err();
    assert!(error_chain(&error).contains("left keys unread"), "{error:?}");
}

#[tokio::test]
async fn an_application_that_was_deleted_since_is_not_listed() {
    assert_eq!(list([LISTED, READ_TOMBSTONE]).await.unwrap(), 0);
    assert_eq!(list([LISTED, (200, r#"{"Responses":{},"UnprocessedKeys":{}}"#)]).await.unwrap(), 0);
}
