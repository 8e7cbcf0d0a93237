//! The programs of the functions: each with the handler that its `main.rs` builds.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result, bail};
use aws_lambda_events::sqs::SqsEvent;
use deployment_template::Template;
use dynamodb_tables::{Applications, Chats, Counters, DeletedApplications, Messages, TokenVersions};
use function_environment::{Environment, TimeoutProfile};
use functions::{
    create_application, create_chat, create_message, delete_application, delete_chat, delete_message,
    persist, read, reindex, rotate_token, search, update_application, update_message,
};
use futures_util::future::{BoxFuture, FutureExt as _};
use http_api::{Access, Authenticator, Endpoint, respond};
use lambda_http::Request;
use lambda_runtime::Context;
use simulated_aws::Addresses;
use sqs_queues::{DeadLetterQueue, HandleBatch, IndexQueue, WriteQueue, handle_event};

use super::release::{NextConsumer, Release};
use crate::clock::Clock;
use crate::http::{Connections, Network};
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

/// A program that runs in one sandbox.
#[derive(Clone)]
pub(crate) enum Program {
    Api(Arc<dyn RespondToRequests>),
    Consumer(Arc<dyn HandleEvents>),
}

/// A sandbox with its program.
#[derive(Clone)]
pub(crate) struct Sandbox {
    pub(crate) program: Program,
    pub(crate) connections: Arc<Connections>,
}

/// Persist's ports: those on AWS, with the simulated index.
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

/// Names the sandboxes of this process. The SDK keeps the retry quota of a client under the name of its region, for the
/// whole process; on Lambda, each sandbox is a process.
static SANDBOXES: AtomicU64 = AtomicU64::new(0);

/// Starts the programs of a template.
#[derive(Debug)]
pub(crate) struct Programs {
    network: Network,
    environments: BTreeMap<String, Environment>,
    index: Index,
}

impl Programs {
    pub(crate) fn new(template: &Template, network: Network, index: Index, clock: Clock) -> Result<Self> {
        let addresses = Addresses {
            aws: "https://aws.example.org".to_owned(),
            opensearch: "https://opensearch.example.org".to_owned(),
        };
        let mut environments = BTreeMap::new();
        for function in &template.functions {
            let name = &function.name;
            let variables = addresses.variables(template, name)?.into_iter().collect();
            let timeouts = if function.queue_events.is_empty() {
                TimeoutProfile::Request
            } else {
                TimeoutProfile::Batch
            };
            let mut environment = Environment::new(variables, timeouts)?;
            environment.sdk = environment.sdk.to_builder().time_source(clock).build();
            environments.insert(name.clone(), environment);
        }
        Ok(Self { network, environments, index })
    }

    /// Starts a function's program in a new sandbox.
    pub(super) fn start(&self, name: &str, release: Release) -> Result<Sandbox> {
        let mut environment = self.environments.get(name).context("no such function")?.clone();
        let sandbox = SANDBOXES.fetch_add(1, Ordering::Relaxed);
        let region = aws_types::region::Region::new(format!("sandbox-{sandbox}"));
        let connections = Arc::new(Connections::default());
        let client = self.network.client(name, release, Arc::clone(&connections));
        let index = self.index.over(Arc::clone(&connections));
        environment.sdk = environment.sdk.to_builder().region(region).http_client(client).build();
        let program = match (release, program(name, &environment, &index)?) {
            (Release::Next, Program::Consumer(consumer)) => {
                Program::Consumer(Arc::new(NextConsumer(consumer)))
            }
            (_, program) => program,
        };
        Ok(Sandbox { program, connections })
    }
}

fn program(name: &str, environment: &Environment, index: &Index) -> Result<Program> {
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
