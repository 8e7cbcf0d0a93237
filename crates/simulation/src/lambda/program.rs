//! The programs of the functions: each with the handler that its `main.rs` builds.

use std::sync::Arc;

use anyhow::{Result, bail};
use aws_lambda_events::sqs::SqsEvent;
use dynamodb_tables::Messages;
use function_environment::Environment;
use functions::{
    create_application, create_chat, create_message, delete_application, delete_chat, delete_message,
    persist, read, reindex, rotate_token, search, sweep, update_application, update_message,
};
use futures_util::future::{BoxFuture, FutureExt as _};
use http_api::{Endpoint, respond};
use lambda_http::Request;
use lambda_runtime::Context;
use sqs_queues::{Consumer, HandleBatch, SourceQueue};

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

impl<H: HandleBatch> HandleEvents for Consumer<H> {
    fn handle(&self, event: SqsEvent) -> BoxFuture<'_, Vec<String>> {
        async move {
            let response = self.handle_event(event, &Context::default()).await;
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
        "search" => Program::Api(Arc::new(search::Handler::with_index(environment, index.clone())?)),
        "persist" => consumer(environment, persist::Handler::with_index(environment, index.clone())?)?,
        "sweep" => consumer(environment, sweep::Handler::with_index(environment, index.clone())?)?,
        "reindex" => consumer(
            environment,
            reindex::Handler { messages: Messages::from_environment(environment)?, index: index.clone() },
        )?,
        _ => bail!("the simulation does not run {name}"),
    })
}

/// The program of a function that a queue invokes.
pub(crate) fn consumer<H: HandleBatch + 'static>(environment: &Environment, handler: H) -> Result<Program> {
    let source = SourceQueue::from_environment(environment)?;
    Ok(Program::Consumer(Arc::new(Consumer { handler, source })))
}
