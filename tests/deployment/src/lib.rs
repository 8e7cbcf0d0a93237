//! The functions of a deployment, run in this process, each under its own name, on simulated services that record every
//! call.

use std::time::Duration;

use deployment_template::Template;
use function_environment::{Environment, TimeoutProfile};
use functions::{
    create_application, create_chat, create_message, delete_chat, delete_message, other_methods, persist,
    read, reference, reindex, search, update_application, update_message,
};
use http_api::fixture::Event;
use http_api::{Endpoint, respond};
use lambda_runtime::Context;
use serde_json::{Value, json};
use simulated_aws::{ADMIN_KEY, Call, Fault, SentMessage, Stubs};
use sqs_queues::{HandleBatch, handle_event};

/// The template of this checkout.
pub fn template() -> Template {
    Template::parse(include_str!("../../../template.yaml")).unwrap()
}

/// The functions on simulated services.
#[derive(Debug)]
pub struct Deployment {
    pub stubs: Stubs,
}

impl Deployment {
    /// # Panics
    /// The services cannot start.
    pub fn start() -> Self {
        Self { stubs: Stubs::start(&template(), |_| Duration::ZERO).unwrap() }
    }

    /// The environment of a function.
    fn environment(&self, name: &str) -> Environment {
        let variables = self.stubs.variables(name).unwrap().into_iter().collect();
        let timeouts = match name {
            "persist" | "reindex" => TimeoutProfile::Batch,
            _ => TimeoutProfile::Request,
        };
        Environment::new(variables, timeouts).unwrap()
    }

    /// Plans `fault` for every call with this name, such as `SendMessage Writes`, until [`Deployment::end_faults`].
    pub fn plan(&self, fault: Fault, names: &[&'static str]) {
        let names = names.to_vec();
        let plan = move |call: &Call| names.contains(&call.name().as_str()).then_some(fault);
        self.stubs.aws.plan_faults(plan.clone());
        self.stubs.opensearch.plan_faults(plan);
    }

    pub fn end_faults(&self) {
        self.stubs.aws.end_faults();
        self.stubs.opensearch.end_faults();
    }

    /// Takes the records that were sent to the queue of writes.
    pub fn take_writes(&self) -> Vec<SentMessage> {
        self.stubs.aws.take_sent("Writes")
    }

    /// Makes a function of the API respond to an event, with the admin key. Returns status and body.
    pub async fn send(&self, function: &str, event: Event) -> (u16, Value) {
        let environment = self.environment(function);
        match function {
            "create-application" => {
                send(create_application::Handler::from_environment(&environment).unwrap(), event).await
            }
            "create-chat" => {
                Box::pin(send(create_chat::Handler::from_environment(&environment).unwrap(), event)).await
            }
            "create-message" => {
                send(create_message::Handler::from_environment(&environment).unwrap(), event).await
            }
            "delete-chat" => send(delete_chat::Handler::from_environment(&environment).unwrap(), event).await,
            "delete-message" => {
                send(delete_message::Handler::from_environment(&environment).unwrap(), event).await
            }
            "other-methods" => send(other_methods::Handler { cors: None }, event).await,
            "read" => send(read::Handler::from_environment(&environment).unwrap(), event).await,
            "reference" => send(reference::Handler, event).await,
            "search" => send(search::Handler::from_environment(&environment).unwrap(), event).await,
            "update-application" => {
                send(update_application::Handler::from_environment(&environment).unwrap(), event).await
            }
            "update-message" => {
                send(update_message::Handler::from_environment(&environment).unwrap(), event).await
            }
            _ => panic!("{function} is not a function of the API"),
        }
    }

    /// Makes persist apply records. Returns how many must be delivered again.
    pub async fn persist(&self, records: &[SentMessage]) -> usize {
        let handler = persist::Handler::from_environment(&self.environment("persist")).unwrap();
        deliver(&handler, records).await
    }

    /// Makes reindex apply records. Returns how many must be delivered again.
    pub async fn reindex(&self, records: &[SentMessage]) -> usize {
        let handler = reindex::Handler::from_environment(&self.environment("reindex")).unwrap();
        deliver(&handler, records).await
    }
}

async fn send(handler: impl Endpoint, event: Event) -> (u16, Value) {
    let event = event.header("Authorization", &format!("Bearer {ADMIN_KEY}"));
    let response = respond(&handler, None, event.into()).await;
    (response.status().as_u16(), serde_json::from_slice(response.body()).unwrap_or_default())
}

async fn deliver(handler: &impl HandleBatch, records: &[SentMessage]) -> usize {
    let records: Vec<Value> = records
        .iter()
        .map(|sent| {
            let attributes = json!({ "MessageGroupId": sent.group });
            json!({ "messageId": sent.id, "body": sent.body, "attributes": attributes })
        })
        .collect();
    let event = serde_json::from_value(json!({ "Records": records })).unwrap();
    handle_event(handler, event, &Context::default()).await.batch_item_failures.len()
}
