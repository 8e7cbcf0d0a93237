use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use deployment_template::Template;
use serde_json::Value;

use crate::dynamodb::{self, DynamoDb};
use crate::faults::{Fault, Faults};
use crate::recording::{Call, Permission, Service, Units};
use crate::reply::{Exchange, Reply};
use crate::sqs::{SentMessage, Sqs, queue_name};
use crate::table;

/// DynamoDB and SQS with the tables and queues of a template, named by their logical ids.
///
/// The same calls get the same replies, with one exception: DynamoDB forgets the token of a transaction after ten minutes.
#[derive(Debug)]
pub struct Aws {
    dynamodb: DynamoDb,
    sqs: Sqs,
    faults: Faults,
}

impl Aws {
    pub fn new(template: &Template) -> Result<Self> {
        Ok(Self {
            dynamodb: DynamoDb::new(template.tables.iter().map(table::creation))?,
            sqs: Sqs::new(template.queues.iter().map(|queue| (queue.id.clone(), queue.fifo.is_some()))),
            faults: Faults::default(),
        })
    }

    /// Lets `plan` decide for each call, before its effect, what goes wrong with it. The call's units are not
    /// known yet.
    pub fn plan_faults(&self, plan: impl FnMut(&Call) -> Option<Fault> + Send + 'static) {
        self.faults.plan(plan);
    }

    pub fn end_faults(&self) {
        self.faults.end();
    }

    /// Removes and returns what the queue took since it was last asked.
    #[must_use]
    pub fn take_sent(&self, queue: &str) -> Vec<SentMessage> {
        self.sqs.take_sent(queue)
    }

    /// All rows of a table, in the form of DynamoDB's JSON. For assertions; no function may scan.
    pub fn rows(&self, table: &str) -> Result<Vec<Value>> {
        self.dynamodb.rows(table)
    }

    /// Performs a call: `target` is its `x-amz-target` header, such as `AmazonSQS.SendMessage`, and `body` its
    /// JSON. Fails if the operation is not simulated or the body is not an input for it.
    pub fn call(&self, caller: &str, target: &str, body: &[u8]) -> Result<Exchange> {
        let input: Value = serde_json::from_slice(body).context("the body is not JSON")?;
        let (service, operation) = match target.split_once('.') {
            Some(("DynamoDB_20120810", operation)) => (Service::DynamoDb, operation),
            Some(("AmazonSQS", operation)) => (Service::Sqs, operation),
            _ => bail!("{target} is not simulated"),
        };
        let mut call = Call {
            caller: caller.to_owned(),
            service,
            operation: operation.to_owned(),
            permissions: permissions(service, operation, &input)?,
            units: Units::default(),
        };
        let fault = self.faults.fault(&call);
        let reply = match fault {
            Some(Fault::NotReceived) => None,
            Some(Fault::Throttled) => Some(throttled(service)),
            Some(Fault::ServerError) => {
                Some(Reply::error(500, "InternalServerError", "Internal server error"))
            }
            None | Some(Fault::ReplyLost) => {
                let reply;
                (reply, call.units) = match service {
                    Service::Sqs => (self.sqs.perform(operation, &input)?, Units::default()),
                    _ => self.dynamodb.perform(operation, input)?,
                };
                fault.is_none().then_some(reply)
            }
        };
        Ok(Exchange { call, reply })
    }
}

fn permissions(service: Service, operation: &str, input: &Value) -> Result<BTreeSet<Permission>> {
    match service {
        // A batch needs the permission for a single message.
        Service::Sqs => {
            let action = format!("sqs:{}", operation.trim_end_matches("Batch"));
            Ok([Permission::new(action, queue_name(input)?)].into())
        }
        _ => dynamodb::permissions(operation, input),
    }
}

fn throttled(service: Service) -> Reply {
    let kind = match service {
        Service::Sqs => "com.amazonaws.sqs#RequestThrottled",
        _ => "com.amazonaws.dynamodb.v20120810#ThrottlingException",
    };
    Reply::error(400, kind, "Rate exceeded")
}
