use std::future::ready;
use std::io;

use aws_smithy_runtime_api::client::result::ConnectorError;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo};
use lambda_http::http::Uri;
use simulated_aws::Reply;
use tokio::net::TcpStream;
use tower::service_fn;

use crate::faults::Service;
use crate::services::{dynamodb, sqs};

/// A connection that broke: whether the call had an effect is unknown.
pub(super) fn broken() -> ConnectorError {
    ConnectorError::io(io::Error::from(io::ErrorKind::ConnectionReset).into())
}

/// A connection that was not made. It is the error of a real client, because `aws-outcome` recognises it by its type: the
/// call was certainly not sent.
pub(super) async fn refused() -> ConnectorError {
    let refuse = |_: Uri| {
        ready(Err::<TokioIo<TcpStream>, io::Error>(io::Error::from(io::ErrorKind::ConnectionRefused)))
    };
    let client: Client<_, String> = Client::builder(TokioExecutor::new()).build(service_fn(refuse));
    match client.get(Uri::from_static("http://aws.example.org/")).await {
        Ok(_) => broken(),
        Err(error) => ConnectorError::io(error.into()),
    }
}

/// The reply of a service that refuses a call, because there are too many.
pub(super) fn throttled(service: Service) -> Reply {
    match service {
        Service::Sqs => sqs::throttled(),
        Service::DynamoDb | Service::OpenSearch => dynamodb::throttled(),
    }
}
