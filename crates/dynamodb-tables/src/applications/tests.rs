//! What clients learn of a write to applications that fails.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use conversation::fake::samples::{application, name, token};
use conversation::ports::{CreateApplications, RenameApplications, WriteError};
use conversation::{Application, Timestamp, error_chain};
use function_environment::{Environment, TimeoutProfile};

use crate::{ApplicationNames, NewApplications};

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

/// Replies of DynamoDB: status and body of each call, in order. An unexpected call panics.
#[derive(Debug, Clone)]
struct Replies(Arc<Mutex<VecDeque<(u16, &'static str)>>>);

impl Replies {
    fn new<const N: usize>(replies: [(u16, &'static str); N]) -> Self {
        Self(Arc::new(Mutex::new(replies.into())))
    }

    fn environment(&self) -> Environment {
        let variables = [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", "id"),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("APPLICATIONS_TABLE", "applications"),
            ("COUNTERS_TABLE", "counters"),
        ];
        let environment = Environment::new(variables.into_iter().collect(), TimeoutProfile::Request).unwrap();
        let connector = SharedHttpConnector::new(self.clone());
        let client = http_client_fn(move |_, _| connector.clone());
        Environment { sdk: environment.sdk.to_builder().http_client(client).build(), ..environment }
    }

    fn assert_all_used(&self) {
        assert_eq!(*self.0.lock().unwrap(), []);
    }
}

impl HttpConnector for Replies {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        let (status, body) = self.0.lock().unwrap().pop_front().unwrap();
        let response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        HttpConnectorFuture::ready(Ok(response))
    }
}

async fn rename<const N: usize>(
    replies: [(u16, &'static str); N],
) -> Result<Option<Application>, WriteError> {
    let replies = Replies::new(replies);
    let applications = ApplicationNames::from_environment(&replies.environment()).unwrap();
    let renamed = applications.rename(&token(), &name("Coffee house"), Timestamp::from_millis(7)).await;
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

#[tokio::test(start_paused = true)]
async fn a_rename_with_a_lost_reply_may_have_happened() {
    for replies in [[OUTAGE, OUTAGE], [OUTAGE, THROTTLED], [THROTTLED, OUTAGE]] {
        let renamed = rename(replies).await;
        assert!(matches!(renamed, Err(WriteError::OutcomeUnknown(_))), "{renamed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_throttled_rename_certainly_did_not_happen() {
    let error = rename([THROTTLED, THROTTLED]).await.unwrap_err();
    assert!(matches!(error, WriteError::NotWritten(_)), "{error:?}");
    let chain = error_chain(&error);
    assert!(chain.contains("service error") && chain.contains("too fast"), "{chain}");
}

#[tokio::test(start_paused = true)]
async fn an_unknown_application_is_not_renamed_and_not_tried_again() {
    assert_eq!(rename([CONDITION_FAILED]).await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_creation_that_finds_its_rows_succeeds() {
    create([EXISTS]).await.unwrap();
    create([OUTAGE, EXISTS]).await.unwrap();
    create([CONFLICT, (200, "{}")]).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_failed_creation_says_whether_it_may_have_happened() {
    assert!(matches!(create([OUTAGE, CONFLICT]).await, Err(WriteError::OutcomeUnknown(_))));
    assert!(matches!(create([CONFLICT, CONFLICT]).await, Err(WriteError::NotWritten(_))));
}
