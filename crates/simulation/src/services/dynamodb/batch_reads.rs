use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Map, Value};
use simulated_aws::Reply;

use super::budgets::{Access, Partitions};
use super::errors::throttled;
use super::{DynamoDb, Request};

/// A `BatchGetItem`, of which each key may be throttled on its own.
#[derive(Debug, Default)]
struct BatchRead {
    /// Keys whose partitions have units left, by table, in the form of the input.
    admitted: Map<String, Value>,
    /// The others.
    unprocessed: Map<String, Value>,
    /// The partitions of the admitted keys.
    partitions: Partitions,
}

impl DynamoDb {
    /// Reads the keys whose partitions have units left, and returns the others as unprocessed. Refuses the call if there are
    /// only such.
    ///
    /// Source: `BatchGetItem` in the Amazon DynamoDB API reference.
    pub(super) fn read_batch(&self, request: Request<'_>, now: Duration) -> Result<Reply> {
        let BatchRead { admitted, unprocessed, partitions } = self.split(request.input, now)?;
        if admitted.is_empty() {
            return Ok(throttled());
        }
        let mut input = request.input.clone();
        if let Some(input) = input.as_object_mut() {
            input.insert("RequestItems".to_owned(), admitted.into());
        }
        let body = input.to_string();
        let request = Request { body: body.as_bytes(), input: &input, ..request };
        let mut reply = self.charge(request, partitions, now)?;
        if let Some(body) = reply.body.as_object_mut().filter(|_| reply.status == 200) {
            body.insert("UnprocessedKeys".to_owned(), unprocessed.into());
        }
        Ok(reply)
    }

    fn split(&self, input: &Value, now: Duration) -> Result<BatchRead> {
        let tables = input.get("RequestItems").and_then(Value::as_object).context("no RequestItems")?;
        let state = self.lock();
        let mut read = BatchRead::default();
        for (table, request) in tables {
            let (mut admitted, mut unprocessed) = (Vec::new(), Vec::new());
            for key in request.get("Keys").and_then(Value::as_array).context("no Keys")? {
                let partition =
                    self.schemas.partition(table, Some(key)).context("a key without its partition")?;
                if state.budgets.is_spent(&partition, Access::Read, now) {
                    unprocessed.push(key.clone());
                } else {
                    read.partitions.insert((partition, Access::Read));
                    admitted.push(key.clone());
                }
            }
            for (keys, requests) in [(admitted, &mut read.admitted), (unprocessed, &mut read.unprocessed)] {
                let mut request = request.as_object().cloned().unwrap_or_default();
                if !keys.is_empty() {
                    request.insert("Keys".to_owned(), keys.into());
                    requests.insert(table.clone(), request.into());
                }
            }
        }
        Ok(read)
    }
}
