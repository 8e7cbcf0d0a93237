//! The programs of the functions: each with the handler that its `main.rs` builds.

use std::sync::Arc;

use anyhow::{Result, bail};
use aws_lambda_events::sqs::SqsEvent;
use dynamodb_tables::{Applications, Chats, Counters, DeletedApplications, Messages, TokenVersions};
use function_environment::Environment;
use functions::{
    create_application, create_chat, create_message, delete_application, delete_chat, delete_message,
    persist, read, reindex, rotate_token, search, update_application, update_message,
};
use futures_util::future::{BoxFuture, FutureExt as _};
use http_api::{Access, Authenticator, Endpoint, respond};
use lambda_http::Request;
use lambda_runtime::Context;
use sqs_queues::{DeadLetterQueue, HandleBatch, IndexQueue, WriteQueue, handle_event};

use crate::services::index::Index;

/// A response of a function of the API.
pub(crate) type Response = lambda_http::Response<lambda_http::Body>;

/// Responds to requests of the API.
pub(crate) trait RespondToRequests: Send + Sync {
    fn respond(&self, request: Request) -> BoxFuture<'_, Response>;
}

impl<E: Endpoint> RespondToRequests for E {
    fn respond(&self, request: Request) -> BoxFuture<'_, Response> {
        respond(self, None, request).boxed()
    }
}

/// Handles batches of records. Returns the ids of those that failed.
pub(crate) trait HandleEvents: Send + Sync {
    fn handle(&self, event: SqsEvent) -> BoxFuture<'_, Vec<String>>;
}

impl<H: HandleBatch> HandleEvents for H {
    fn handle(&self, event: SqsEvent) -> BoxFuture<'_, Vec<String>> {
        async move {
            let response = handle_event(self, event, &Context::default()).await;
            response.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect()
        }
        .boxed()
    }
}

/// What a sandbox runs.
#[derive(Clone)]
pub(crate) enum Program {
    Api(Arc<dyn RespondToRequests>),
    Consumer(Arc<dyn HandleEvents>),
}

/// The ports of `persist`: those on AWS, and the simulated index.
#[derive(Debug)]
struct Simulated;

impl persist::PortTypes for Simulated {
    type Applications = Applications;
    type DeletedApplications = DeletedApplications;
    type Chats = Chats;
    type Messages = Messages;
    type Counters = Counters;
    type Writes = WriteQueue;
    type Index = Index;
    type IndexQueue = IndexQueue;
    type DeadLetters = DeadLetterQueue;
}

/// The program of a function.
pub(super) fn program(name: &str, environment: &Environment, index: &Index) -> Result<Program> {
    #[cfg(feature = "planted-bugs")]
    if let Some(program) = crate::planted::program(name, environment, index)? {
        return Ok(program);
    }
    macro_rules! api {
        ($function:ident) => {
            Program::Api(Arc::new($function::Handler::from_environment(environment)?))
        };
    }
    Ok(match name {
        "create-application" => api!(create_application),
        "create-chat" => api!(create_chat),
        "create-message" => api!(create_message),
        "delete-application" => api!(delete_application),
        "delete-chat" => api!(delete_chat),
        "delete-message" => api!(delete_message),
        "read" => api!(read),
        "rotate-token" => api!(rotate_token),
        "update-application" => api!(update_application),
        "update-message" => api!(update_message),
        "search" => Program::Api(Arc::new(search(environment, index)?)),
        "persist" => Program::Consumer(Arc::new(persist(environment, index)?)),
        "reindex" => Program::Consumer(Arc::new(reindex::Handler {
            messages: Messages::from_environment(environment)?,
            index: index.clone(),
        })),
        _ => bail!("the simulation does not run {name}"),
    })
}

fn search(
    environment: &Environment,
    index: &Index,
) -> Result<search::Handler<TokenVersions, Index, Counters>> {
    let authenticator = Authenticator::from_variables(&environment.variables)?;
    Ok(search::Handler {
        access: Access::new(authenticator, TokenVersions::from_environment(environment)?),
        index: index.clone(),
        counters: Counters::from_environment(environment)?,
    })
}

fn persist(environment: &Environment, index: &Index) -> Result<persist::Handler<Simulated>> {
    Ok(persist::Handler {
        applications: Applications::from_environment(environment)?,
        deleted_applications: DeletedApplications::from_environment(environment)?,
        chats: Chats::from_environment(environment)?,
        messages: Messages::from_environment(environment)?,
        counters: Counters::from_environment(environment)?,
        writes: WriteQueue::from_environment(environment)?,
        indexing: persist::Indexing {
            index: index.clone(),
            queue: IndexQueue::from_environment(environment)?,
        },
        dead_letters: DeadLetterQueue::from_environment(environment)?,
    })
}
