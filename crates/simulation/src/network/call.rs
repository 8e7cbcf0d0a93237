use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use serde_json::Value;
use simulated_aws::Reply;

use super::errors::{broken, refused, throttled};
use super::{Connections, Inner, RoundTrip};
use crate::faults::{CallFault, Service};
use crate::lambda::{FunctionName, Release, sent_by};

/// Where the body of a call names the item or the message group that the call is about. The order of other members
/// differs from run to run, so that no trace may contain them.
const SUBJECTS: [&str; 4] = ["Key", "Item", "MessageGroupId", "TransactItems"];

/// A call on its way.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) caller: FunctionName,
    pub(super) service: Service,
    /// Such as `AmazonSQS.SendMessage`.
    pub(super) target: String,
    pub(super) body: Vec<u8>,
    /// The body, parsed.
    pub(super) input: Value,
    is_on_dead_connection: bool,
}

impl Call {
    pub(super) fn new(
        caller: FunctionName,
        release: Release,
        request: &HttpRequest,
        connections: &Connections,
    ) -> Self {
        let target = request.headers().get("x-amz-target").unwrap_or_default().to_owned();
        let service = if target.starts_with("AmazonSQS") { Service::Sqs } else { Service::DynamoDb };
        let body = sent_by(release, request.body().bytes().unwrap_or_default());
        // What is not JSON has no subject, and no service takes it.
        let input = serde_json::from_slice(&body).unwrap_or_default();
        Self { caller, service, target, body, input, is_on_dead_connection: connections.take_dead(service) }
    }
}

impl Inner {
    /// Takes the call to its service and the reply back. `None` if nobody replies.
    pub(super) async fn carry(&self, call: &Call) -> Option<Result<Reply, ConnectorError>> {
        let latency = self.latency(call.service).draw(&self.random);
        let trip = RoundTrip::new(&self.context, call.service, call.is_on_dead_connection, latency);
        trip.reach_service().await;
        let reply = if trip.has_effect() { Some(self.perform(call).await) } else { None };
        let outcome = match trip.fault {
            None => reply.map(Ok),
            Some(CallFault::Refused) => Some(Err(refused().await)),
            Some(CallFault::NotReceived | CallFault::ReplyLost) => Some(Err(broken())),
            Some(CallFault::Throttled) => Some(Ok(throttled(call.service))),
            Some(CallFault::ServerError | CallFault::ServerErrorAfterEffect) => {
                Some(Ok(Reply::error(500, "InternalServerError", "Internal server error")))
            }
            Some(CallFault::Silent | CallFault::Late(_)) => None,
        };
        let received = outcome.as_ref().and_then(|outcome| outcome.as_ref().ok());
        self.trace(call, trip.fault, received);
        trip.return_to_caller().await;
        outcome
    }

    fn trace(&self, call: &Call, fault: Option<CallFault>, reply: Option<&Reply>) {
        let Call { caller, target, input, .. } = call;
        let status = reply.map_or(0, |reply| reply.status);
        let problem = reply.and_then(|reply| reply.body.get("__type")).and_then(Value::as_str);
        let problem = problem.unwrap_or_default();
        let table = input.get("TableName").and_then(Value::as_str).unwrap_or_default();
        let subject = SUBJECTS.into_iter().find_map(|name| input.get(name)).unwrap_or(&Value::Null);
        self.context.trace(format_args!("{caller} {target} {table} {subject}: {status} {problem} {fault:?}"));
    }
}
