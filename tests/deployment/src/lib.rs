//! The functions of a deployment, run in this process, each under its own name, on simulated services that record every
//! call.

use std::sync::LazyLock;
use std::time::Duration;

use deployment_template::Template;
use function_environment::Environment;
use functions::{
    create_application, create_chat, create_message, delete_application, delete_chat, delete_message,
    other_methods, persist, read, reference, reindex, rotate_token, search, sweep, update_application,
    update_message,
};
use http_api::fixture::Event;
use http_api::{Endpoint, respond};
use lambda_runtime::Context;
use serde_json::{Value, json};
use simulated_aws::{ADMIN_KEY, Call, Fault, SentMessage, Stubs};
use sqs_queues::{Consumer, HandleBatch, SourceQueue};

/// The template of this checkout.
pub fn template() -> &'static Template {
    static TEMPLATE: LazyLock<Template> =
        LazyLock::new(|| Template::parse(include_str!("../../../template.yaml")).unwrap());
    &TEMPLATE
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
        Self { stubs: Stubs::start(template(), |_| Duration::ZERO).unwrap() }
    }

    /// The environment of a function.
    fn environment(&self, name: &str) -> Environment {
        let variables = self.stubs.variables(name).unwrap().into_iter().collect();
        Environment::new(variables).unwrap()
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

    /// Deletes the index and what is recorded about it, as before the first message of the deployment.
    ///
    /// # Panics
    /// The table refuses it.
    pub fn forget_index(&self) {
        self.stubs.forget_index().unwrap();
    }

    /// Begins a rebuild of the index.
    ///
    /// # Panics
    /// The table refuses it.
    pub fn begin_rebuild(&self) {
        self.stubs.opensearch.begin_rebuild();
        let item = json!({ "id": { "S": "messages" }, "current": { "N": "1" }, "next": { "N": "2" } });
        let input = json!({ "TableName": "IndexState", "Item": item }).to_string();
        self.stubs.aws.call("operator", "DynamoDB_20120810.PutItem", input.as_bytes()).unwrap();
    }

    /// Empties the recording of calls.
    pub fn forget_calls(&self) {
        drop(self.stubs.recording.take());
    }

    /// Takes the records that were sent to the queue of writes.
    pub fn take_writes(&self) -> Vec<SentMessage> {
        self.stubs.aws.take_sent("Writes")
    }

    /// Makes a function of the API respond to an event in a new process. Returns status and body.
    pub async fn send(&self, function: &str, event: Event) -> (u16, Value) {
        self.send_each(function, vec![event]).await.remove(0)
    }

    /// Makes one process of a function of the API respond to events, one after the other.
    pub async fn send_each(&self, function: &str, events: Vec<Event>) -> Vec<(u16, Value)> {
        /// Builds the handler of a function from its environment, as its `main.rs` does.
        macro_rules! respond {
            ($function:ident) => {
                Box::pin(respond_to_each(
                    $function::Handler::from_environment(&self.environment(function)).unwrap(),
                    events,
                ))
                .await
            };
        }
        match function {
            "create-application" => respond!(create_application),
            "create-chat" => respond!(create_chat),
            "create-message" => respond!(create_message),
            "delete-application" => respond!(delete_application),
            "delete-chat" => respond!(delete_chat),
            "delete-message" => respond!(delete_message),
            "other-methods" => respond_to_each(other_methods::Handler { cors: None }, events).await,
            "read" => respond!(read),
            "reference" => respond_to_each(reference::Handler, events).await,
            "rotate-token" => respond!(rotate_token),
            "search" => respond!(search),
            "update-application" => respond!(update_application),
            "update-message" => respond!(update_message),
            _ => panic!("{function} is not a function of the API"),
        }
    }

    /// Makes persist apply records. Returns how many must be delivered again.
    pub async fn persist(&self, records: &[SentMessage]) -> usize {
        let environment = self.environment("persist");
        let handler = persist::Handler::from_environment(&environment).unwrap();
        deliver(handler, &environment, records).await
    }

    /// Makes reindex apply records. Returns how many must be delivered again.
    pub async fn reindex(&self, records: &[SentMessage]) -> usize {
        let environment = self.environment("reindex");
        let handler = reindex::Handler::from_environment(&environment).unwrap();
        deliver(handler, &environment, records).await
    }

    /// Takes the records that were sent to the queue of sweeps.
    pub fn take_sweeps(&self) -> Vec<SentMessage> {
        self.stubs.aws.take_sent("Sweeps")
    }

    /// Makes sweep apply records. Returns how many must be delivered again.
    pub async fn sweep(&self, records: &[SentMessage]) -> usize {
        let environment = self.environment("sweep");
        let handler = sweep::Handler::from_environment(&environment).unwrap();
        deliver(handler, &environment, records).await
    }
}

/// The same request with the admin key.
pub fn by_operator(event: Event) -> Event {
    event.header("Authorization", &format!("Bearer {ADMIN_KEY}"))
}

async fn respond_to_each(handler: impl Endpoint, events: Vec<Event>) -> Vec<(u16, Value)> {
    let mut responses = Vec::new();
    for event in events {
        let response = respond(&handler, None, event.into()).await;
        let body = serde_json::from_slice(response.body()).unwrap_or_default();
        responses.push((response.status().as_u16(), body));
    }
    responses
}

async fn deliver(handler: impl HandleBatch, environment: &Environment, records: &[SentMessage]) -> usize {
    let records: Vec<Value> = records
        .iter()
        .map(|sent| {
            let attributes = json!({ "MessageGroupId": sent.group });
            let receipt = format!("receipt of {}", sent.id);
            json!({ "messageId": sent.id, "receiptHandle": receipt, "body": sent.body, "attributes": attributes })
        })
        .collect();
    let event = serde_json::from_value(json!({ "Records": records })).unwrap();
    let consumer = Consumer { handler, source: SourceQueue::from_environment(environment).unwrap() };
    consumer.handle_event(event, &Context::default()).await.batch_item_failures.len()
}
