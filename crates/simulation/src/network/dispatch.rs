//! Hands a call to the service that it names.

use anyhow::{Result, bail};
use simulated_aws::Reply;
use tokio::time::sleep;

use super::Inner;
use super::call::Call;
use crate::faults::Service;
use crate::random::Latency;
use crate::services::dynamodb::Request;

impl Inner {
    pub(super) fn latency(&self, service: Service) -> Latency {
        if service == Service::Sqs { self.sqs_latency } else { self.dynamodb_latency }
    }

    /// Performs a call. One that no service simulates is reported to the observer.
    pub(super) async fn perform(&self, call: &Call) -> Reply {
        self.try_perform(call).await.unwrap_or_else(|error| {
            self.context.observer.unsimulated(&call.target, &error);
            Reply::error(400, "ValidationException", "not simulated")
        })
    }

    async fn try_perform(&self, call: &Call) -> Result<Reply> {
        let Call { target, input, .. } = call;
        let reply = match target.split_once('.') {
            Some(("AmazonSQS", operation)) => self.sqs.perform(operation, input, self.context.now())?,
            Some(("DynamoDB_20120810", _)) => self.perform_on_tables(call).await?,
            _ => bail!("{target} is not simulated"),
        };
        self.context.observer.call(target, input, &reply, self.context.now());
        Ok(reply)
    }

    /// A transaction keeps its items from other writes for as long as another call takes.
    /// Assumed: AWS documents the conflicts, not how long a transaction takes.
    async fn perform_on_tables(&self, call: &Call) -> Result<Reply> {
        let Call { caller, target, body, input, .. } = call;
        let request = Request { caller: caller.as_str(), target, body, input };
        let transaction = match self.dynamodb.begin(request) {
            Ok(transaction) => transaction,
            Err(refusal) => return Ok(refusal),
        };
        if transaction.is_some() {
            sleep(self.dynamodb_latency.draw(&self.random)).await;
        }
        let reply = self.dynamodb.perform(request, self.context.now());
        if let Some(transaction) = transaction {
            self.dynamodb.end(transaction);
        }
        reply
    }
}
