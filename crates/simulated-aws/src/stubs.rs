use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Result;
use bytes::Bytes;
use deployment_template::Template;
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde_json::json;

use crate::loopback::{LoopbackServer, Request, Response, Serve};
use crate::recording::{RecordedCall, Recording, Service};
use crate::reply::{Exchange, Reply};
use crate::{Aws, OpenSearch};

/// How long a service holds a call before it replies.
pub type Latency = fn(Service) -> Duration;

/// The services of a deployment on loopback, and the recording of the calls to them.
#[derive(Debug)]
pub struct Stubs {
    pub aws: Arc<Aws>,
    pub opensearch: Arc<OpenSearch>,
    pub recording: Recording,
    pub(crate) template: Template,
    aws_server: LoopbackServer,
    opensearch_server: LoopbackServer,
}

impl Stubs {
    /// Starts the services with the tables and queues of the template, all of them empty.
    pub fn start(template: &Template, latency: Latency) -> Result<Self> {
        let (aws, opensearch) = (Arc::new(Aws::new(template)?), Arc::new(OpenSearch::default()));
        let recording = Recording::default();
        Ok(Self {
            aws_server: start(&aws, &recording, latency)?,
            opensearch_server: start(&opensearch, &recording, latency)?,
            aws,
            opensearch,
            recording,
            template: template.clone(),
        })
    }

    /// For `AWS_ENDPOINT_URL`.
    #[must_use]
    pub fn aws_url(&self) -> String {
        self.aws_server.url()
    }

    /// Deletes the index and what is recorded about it, as before the first message of the deployment.
    pub fn forget_index(&self) -> Result<()> {
        self.opensearch.lose_index();
        let input = json!({ "TableName": "IndexState", "Key": { "id": { "S": "messages" } } }).to_string();
        self.aws.call("operator", "DynamoDB_20120810.DeleteItem", input.as_bytes()).map(drop)
    }

    #[must_use]
    pub fn opensearch_url(&self) -> String {
        self.opensearch_server.url()
    }
}

/// A simulated service behind HTTP.
trait Simulated: Send + Sync + 'static {
    fn exchange(&self, caller: &str, request: &Request) -> Result<Exchange>;
}

impl Simulated for Aws {
    fn exchange(&self, caller: &str, request: &Request) -> Result<Exchange> {
        self.call(caller, request.header("x-amz-target"), &request.body)
    }
}

impl Simulated for OpenSearch {
    fn exchange(&self, caller: &str, request: &Request) -> Result<Exchange> {
        let path = request.parts.uri.path_and_query().map(ToString::to_string).unwrap_or_default();
        self.call(caller, request.parts.method.as_str(), &path, &request.body)
    }
}

struct Stub<S> {
    service: Arc<S>,
    recording: Recording,
    latency: Latency,
}

fn start<S: Simulated>(
    service: &Arc<S>,
    recording: &Recording,
    latency: Latency,
) -> io::Result<LoopbackServer> {
    LoopbackServer::start(Stub { service: Arc::clone(service), recording: recording.clone(), latency })
}

impl<S: Simulated> Serve for Stub<S> {
    async fn serve(&self, request: Request) -> Option<Response<Bytes>> {
        let exchange = self.service.exchange(signer(request.header("authorization")), &request);
        let Exchange { call, reply } = match exchange {
            Ok(exchange) => exchange,
            Err(error) => {
                return Some(response(&Reply::error(400, "ValidationException", &format!("{error:#}"))));
            }
        };
        let hold = (self.latency)(call.service);
        if !hold.is_zero() {
            tokio::time::sleep(hold).await;
        }
        self.recording.record(RecordedCall { call, arrived: request.arrived, replied: Instant::now() });
        reply.as_ref().map(response)
    }
}

/// The access key id in an `Authorization` header of Signature Version 4; empty if there is none.
fn signer(authorization: &str) -> &str {
    let credential = authorization.split_once("Credential=").map_or("", |(_, credential)| credential);
    credential.split('/').next().unwrap_or_default()
}

fn response(reply: &Reply) -> Response<Bytes> {
    let body = if reply.body.is_null() { Bytes::new() } else { reply.body.to_string().into() };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_access_key_names_the_caller() {
        let signed =
            "AWS4-HMAC-SHA256 Credential=create-chat/20261127/eu-central-1/sqs/aws4_request, Signature=0";
        assert_eq!(signer(signed), "create-chat");
        assert_eq!(signer(""), "");
    }
}
