//! The HTTP client of the SDK, without sockets: a call goes to a simulated service, with latency and faults.

mod connections;
mod errors;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, bail};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use serde_json::Value;
use simulated_aws::Reply;
use tokio::sync::oneshot;
use tokio::time::sleep;

pub(crate) use connections::Connections;
use errors::{broken, refused, throttled};

use crate::clock::Clock;
use crate::faults::{CallFault, Faults, Service};
use crate::lambda::{Release, sent_by};
use crate::observer::Observer;
use crate::random::{Latency, Random};
use crate::services::dynamodb::{DynamoDb, Request};
use crate::services::sqs::Sqs;
use crate::trace::Trace;

/// The way from functions to DynamoDB and SQS. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Network(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    clock: Clock,
    dynamodb: Arc<DynamoDb>,
    sqs: Arc<Sqs>,
    faults: Faults,
    random: Random,
    observer: Observer,
    trace: Trace,
    dynamodb_latency: Latency,
    sqs_latency: Latency,
}

/// A call as it is on its way.
#[derive(Debug)]
struct Call {
    caller: Arc<str>,
    /// Such as `AmazonSQS.SendMessage`.
    target: String,
    body: Vec<u8>,
    /// The body, parsed.
    input: Value,
    is_on_dead_connection: bool,
}

/// The service of a target.
fn service(target: &str) -> Service {
    if target.starts_with("AmazonSQS") { Service::Sqs } else { Service::DynamoDb }
}

impl Network {
    pub(crate) fn new(
        clock: Clock,
        dynamodb: Arc<DynamoDb>,
        sqs: Arc<Sqs>,
        faults: Faults,
        random: Random,
        observer: Observer,
        trace: Trace,
    ) -> Self {
        // Assumed: "consistent single-digit millisecond performance" (Amazon DynamoDB developer guide, "What is Amazon
        // DynamoDB?"). AWS promises none for SQS. docs/scale.md has both.
        let dynamodb_latency = Latency::new(Duration::from_millis(4), Duration::from_millis(15));
        let sqs_latency = Latency::new(Duration::from_millis(8), Duration::from_millis(40));
        Self(Arc::new(Inner {
            clock,
            dynamodb,
            sqs,
            faults,
            random,
            observer,
            trace,
            dynamodb_latency,
            sqs_latency,
        }))
    }

    /// The client of one sandbox of a function and release, over its connections.
    pub(crate) fn client(
        &self,
        caller: &str,
        release: Release,
        connections: Arc<Connections>,
    ) -> SharedHttpClient {
        let connector = Connector { network: self.clone(), caller: caller.into(), release, connections };
        let connector = SharedHttpConnector::new(connector);
        http_client_fn(move |_, _| connector.clone())
    }
}

#[derive(Debug)]
struct Connector {
    network: Network,
    caller: Arc<str>,
    release: Release,
    connections: Arc<Connections>,
}

impl HttpConnector for Connector {
    /// The call is a task of its own: a function that gives up or is killed does not take it back.
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.connections.count_call();
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let body = sent_by(self.release, request.body().bytes().unwrap_or_default());
        let call = Call {
            caller: Arc::clone(&self.caller),
            // A body that is not JSON is not simulated.
            input: serde_json::from_slice(&body).unwrap_or_default(),
            body,
            is_on_dead_connection: self.connections.take_dead(service(&target)),
            target,
        };
        let (sender, receiver) = oneshot::channel();
        let inner = Arc::clone(&self.network.0);
        tokio::spawn(async move {
            if let Some(reply) = inner.carry(&call).await {
                // The caller may have given up.
                let _ = sender.send(reply);
            }
        });
        HttpConnectorFuture::new(async move {
            match receiver.await {
                Ok(Ok(reply)) => response(&reply),
                Ok(Err(broken)) => Err(broken),
                // Nobody replies. The caller's timeout ends this.
                Err(_) => std::future::pending().await,
            }
        })
    }
}

impl Inner {
    /// Takes the call to its service and the reply back. `None` if nobody replies.
    async fn carry(&self, call: &Call) -> Option<Result<Reply, ConnectorError>> {
        let service = service(&call.target);
        let fault = if call.is_on_dead_connection {
            Some(self.faults.on_dead_connection(service))
        } else {
            self.faults.on_call(service, self.clock.now())
        };
        let way = (self.latency(service) + self.faults.delay(service, self.clock.now())) / 2;
        sleep(way).await;
        if let Some(CallFault::Late(by)) = fault {
            sleep(by).await;
        }
        let has_effect = fault.is_none_or(CallFault::has_effect);
        let reply = if has_effect { Some(self.perform(call).await) } else { None };
        let outcome = match fault {
            None => reply.map(Ok),
            Some(CallFault::Refused) => Some(Err(refused().await)),
            Some(CallFault::NotReceived | CallFault::ReplyLost) => Some(Err(broken())),
            Some(CallFault::Throttled) => Some(Ok(throttled(service))),
            Some(CallFault::ServerError | CallFault::ServerErrorAfterEffect) => {
                Some(Ok(Reply::error(500, "InternalServerError", "Internal server error")))
            }
            Some(CallFault::Silent | CallFault::Late(_)) => None,
        };
        self.record(call, fault, outcome.as_ref().and_then(|outcome| outcome.as_ref().ok()));
        sleep(way).await;
        outcome
    }

    fn latency(&self, service: Service) -> Duration {
        let latency = if service == Service::Sqs { self.sqs_latency } else { self.dynamodb_latency };
        latency.draw(&self.random)
    }

    /// Traces the call, with the key or the message group that it is about: the first one in its body. The order of other
    /// members differs from run to run.
    fn record(&self, call: &Call, fault: Option<CallFault>, reply: Option<&Reply>) {
        let Call { caller, target, input, .. } = call;
        let status = reply.map_or(0, |reply| reply.status);
        let problem = reply.and_then(|reply| reply.body.get("__type")).and_then(Value::as_str);
        let problem = problem.unwrap_or_default();
        let table = input.get("TableName").and_then(Value::as_str).unwrap_or_default();
        let names = ["Key", "Item", "MessageGroupId", "TransactItems"];
        let key = names.into_iter().find_map(|name| input.get(name)).unwrap_or(&Value::Null);
        self.trace.line(
            self.clock.now(),
            format_args!("{caller} {target} {table} {key}: {status} {problem} {fault:?}"),
        );
    }

    async fn perform(&self, call: &Call) -> Reply {
        self.try_perform(call).await.unwrap_or_else(|error| {
            self.observer.unsimulated(&call.target, &error);
            Reply::error(400, "ValidationException", "not simulated")
        })
    }

    async fn try_perform(&self, call: &Call) -> Result<Reply> {
        let Call { target, input, .. } = call;
        let reply = match target.split_once('.') {
            Some(("AmazonSQS", operation)) => self.sqs.perform(operation, input, self.clock.now())?,
            Some(("DynamoDB_20120810", _)) => self.perform_on_tables(call).await?,
            _ => bail!("{target} is not simulated"),
        };
        self.observer.call(target, input, &reply, self.clock.now());
        Ok(reply)
    }

    /// A transaction keeps its items from other writes for as long as another call takes.
    /// Assumed: AWS documents the conflicts, not how long a transaction takes.
    async fn perform_on_tables(&self, call: &Call) -> Result<Reply> {
        let Call { caller, target, body, input, .. } = call;
        let request = Request { caller, target, body, input };
        let transaction = match self.dynamodb.begin(request) {
            Ok(transaction) => transaction,
            Err(refusal) => return Ok(refusal),
        };
        if transaction.is_some() {
            sleep(self.latency(Service::DynamoDb)).await;
        }
        let reply = self.dynamodb.perform(request, self.clock.now());
        if let Some(transaction) = transaction {
            self.dynamodb.end(transaction);
        }
        reply
    }
}

fn response(reply: &Reply) -> Result<HttpResponse, ConnectorError> {
    let status = reply.status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
    let body = if reply.body.is_null() { String::new() } else { reply.body.to_string() };
    Ok(HttpResponse::new(status, SdkBody::from(body)))
}
