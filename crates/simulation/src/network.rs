//! The way from a sandbox to the services: the HTTP client of the SDK, without sockets, but with latency and faults.

mod call;
mod connections;
mod dispatch;
mod errors;
mod round_trip;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use simulated_aws::Reply;
use tokio::sync::oneshot;

use call::Call;
pub(crate) use connections::Connections;
pub(crate) use round_trip::RoundTrip;

use crate::context::RunContext;
use crate::lambda::{FunctionName, Release};
use crate::random::{Latency, Random};
use crate::services::dynamodb::DynamoDb;
use crate::services::sqs::Sqs;

/// The way from functions to DynamoDB and SQS. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Network(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    context: RunContext,
    dynamodb: Arc<DynamoDb>,
    sqs: Arc<Sqs>,
    random: Random,
    dynamodb_latency: Latency,
    sqs_latency: Latency,
}

impl Network {
    pub(crate) fn new(context: RunContext, dynamodb: Arc<DynamoDb>, sqs: Arc<Sqs>, random: Random) -> Self {
        // Assumed: "consistent single-digit millisecond performance" (Amazon DynamoDB developer guide, "What is Amazon
        // DynamoDB?"). AWS promises none for SQS. docs/scale.md has both.
        let dynamodb_latency = Latency::new(Duration::from_millis(4), Duration::from_millis(15));
        let sqs_latency = Latency::new(Duration::from_millis(8), Duration::from_millis(40));
        Self(Arc::new(Inner { context, dynamodb, sqs, random, dynamodb_latency, sqs_latency }))
    }

    /// The HTTP client of a sandbox, over its connections.
    pub(crate) fn client(
        &self,
        caller: &FunctionName,
        release: Release,
        connections: Arc<Connections>,
    ) -> SharedHttpClient {
        let connector = Connector { network: self.clone(), caller: caller.clone(), release, connections };
        let connector = SharedHttpConnector::new(connector);
        http_client_fn(move |_, _| connector.clone())
    }
}

#[derive(Debug)]
struct Connector {
    network: Network,
    caller: FunctionName,
    release: Release,
    connections: Arc<Connections>,
}

impl HttpConnector for Connector {
    /// The call is a task of its own: a function that gives up or is killed does not take it back.
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.connections.count_call();
        let call = Call::new(self.caller.clone(), self.release, &request, &self.connections);
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

fn response(reply: &Reply) -> Result<HttpResponse, ConnectorError> {
    let status = reply.status.try_into().map_err(|error| ConnectorError::other(Box::new(error), None))?;
    let body = if reply.body.is_null() { String::new() } else { reply.body.to_string() };
    Ok(HttpResponse::new(status, SdkBody::from(body)))
}
