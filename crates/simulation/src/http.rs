//! The HTTP client of the SDK, without sockets: a call goes to a simulated service, with latency and faults.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
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

use crate::clock::Clock;
use crate::faults::{Fault, Faults};
use crate::lambda::{Release, sent_by};
use crate::observer::Observer;
use crate::random::{Latency, Random};
use crate::services::dynamodb::DynamoDb;
use crate::services::sqs::Sqs;
use crate::trace::Trace;

/// The way from functions to DynamoDB and SQS. Clones share it.
#[derive(Debug, Clone)]
pub struct Network(Arc<Inner>);

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
    caller: String,
    /// Such as `AmazonSQS.SendMessage`.
    target: String,
    body: Vec<u8>,
}

impl Call {
    fn service(&self) -> &'static str {
        if self.target.starts_with("AmazonSQS") { "sqs" } else { "dynamodb" }
    }
}

impl Network {
    #[must_use]
    pub fn new(
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

    /// The client of one sandbox of a function and release, which counts its calls in `calls`.
    #[must_use]
    pub(crate) fn client(&self, caller: &str, release: Release, calls: Arc<AtomicU32>) -> SharedHttpClient {
        let (network, caller) = (self.clone(), caller.to_owned());
        let connector = SharedHttpConnector::new(Connector { network, caller, release, calls });
        http_client_fn(move |_, _| connector.clone())
    }
}

#[derive(Debug)]
struct Connector {
    network: Network,
    caller: String,
    release: Release,
    calls: Arc<AtomicU32>,
}

impl HttpConnector for Connector {
    /// The call is a task of its own: a function that gives up or is killed does not take it back.
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let call = Call {
            caller: self.caller.clone(),
            target: request.headers().get("x-amz-target").unwrap_or_default().to_owned(),
            body: sent_by(self.release, request.body().bytes().unwrap_or_default()),
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
        let service = call.service();
        let fault = self.faults.on_call(service, self.clock.now());
        let latency = if service == "sqs" { self.sqs_latency } else { self.dynamodb_latency };
        let latency = latency.draw(&self.random) + self.faults.delay(service, self.clock.now());
        let way = latency / 2;
        sleep(way).await;
        if let Some(Fault::Late(by)) = fault {
            sleep(by).await;
        }
        let outcome = match fault {
            Some(Fault::NotReceived) => Some(Err(broken())),
            Some(Fault::Silent) => None,
            Some(Fault::Throttled) => Some(Ok(throttled(service))),
            Some(Fault::ServerError) => {
                Some(Ok(Reply::error(500, "InternalServerError", "Internal server error")))
            }
            None | Some(Fault::ReplyLost | Fault::Late(_)) => {
                let reply = self.perform(call);
                match fault {
                    None => Some(Ok(reply)),
                    Some(Fault::ReplyLost) => Some(Err(broken())),
                    _ => None,
                }
            }
        };
        self.record(call, fault, outcome.as_ref().and_then(|outcome| outcome.as_ref().ok()));
        sleep(way).await;
        outcome
    }

    fn record(&self, call: &Call, fault: Option<Fault>, reply: Option<&Reply>) {
        let Call { caller, target, .. } = call;
        let status = reply.map_or(0, |reply| reply.status);
        let problem =
            reply.and_then(|reply| reply.body.get("__type")).and_then(Value::as_str).unwrap_or_default();
        let subject = subject(&call.body);
        self.trace.line(
            self.clock.now(),
            format_args!("{caller} {target} {subject}: {status} {problem} {fault:?}"),
        );
    }

    fn perform(&self, call: &Call) -> Reply {
        let now = self.clock.now();
        self.try_perform(call, now).unwrap_or_else(|error| {
            self.observer.unsimulated(&call.target, &error);
            Reply::error(400, "ValidationException", "not simulated")
        })
    }

    fn try_perform(&self, call: &Call, now: Duration) -> Result<Reply> {
        let input: Value = serde_json::from_slice(&call.body)?;
        let reply = match call.target.split_once('.') {
            Some(("AmazonSQS", operation)) => self.sqs.perform(operation, &input, now)?,
            Some(("DynamoDB_20120810", _)) => {
                self.dynamodb.perform(&call.caller, &call.target, &call.body, &input, now)?
            }
            _ => bail!("{} is not simulated", call.target),
        };
        self.observer.call(&call.target, &input, &reply, now);
        Ok(reply)
    }
}

/// The key or the message group that a call is about: the first one in its body. The order of other members differs from
/// run to run.
fn subject(body: &[u8]) -> String {
    let input: Value = serde_json::from_slice(body).unwrap_or_default();
    let key = ["Key", "Item", "MessageGroupId", "TransactItems"].into_iter().find_map(|name| input.get(name));
    let table = input.get("TableName").and_then(Value::as_str).unwrap_or_default();
    format!("{table} {}", key.map(Value::to_string).unwrap_or_default())
}

fn broken() -> ConnectorError {
    ConnectorError::io(io::Error::from(io::ErrorKind::ConnectionReset).into())
}

fn throttled(service: &str) -> Reply {
    let kind = match service {
        "sqs" => "com.amazonaws.sqs#RequestThrottled",
        _ => "com.amazonaws.dynamodb.v20120810#ThrottlingException",
    };
    Reply::error(400, kind, "Rate exceeded")
}

fn response(reply: &Reply) -> Result<HttpResponse, ConnectorError> {
    let status = reply.status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
    let body = if reply.body.is_null() { String::new() } else { reply.body.to_string() };
    Ok(HttpResponse::new(status, SdkBody::from(body)))
}
