//! The AWS services that the functions call, as stubs on one loopback port, as `AWS_ENDPOINT_URL` has it.

mod condition;
mod dynamodb;
mod item;
mod operand;
mod reading;
mod sqs;
mod tables;
mod update;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::http::{Reply, Request, Serve, Server};
use crate::recording::{Call, Cost, Recording, Service};

use dynamodb::DynamoDb;
pub(crate) use sqs::Sent;

#[derive(Debug)]
struct Stub {
    recording: Recording,
    hold: Duration,
    dynamodb: Mutex<DynamoDb>,
    sent: Mutex<Vec<Sent>>,
}

impl Stub {
    fn dynamodb(&self, operation: &str, input: &Value) -> Result<(Reply, String, Cost)> {
        let mut dynamodb = self.dynamodb.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = dynamodb.perform(operation, input)?;
        Ok((
            Reply::json(outcome.status, &outcome.answer),
            format!("{operation} {}", outcome.table),
            outcome.cost,
        ))
    }

    fn sqs(&self, operation: &str, input: &Value) -> Result<(Reply, String, Cost)> {
        let (answer, sent, queue) = sqs::perform(operation, input)?;
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).extend(sent);
        Ok((Reply::json(200, &answer), format!("{operation} {queue}"), Cost::default()))
    }

    fn perform(&self, target: &str, body: &[u8]) -> Result<(Service, (Reply, String, Cost))> {
        let input = serde_json::from_slice(body).context("not JSON")?;
        match target.split_once('.') {
            Some(("DynamoDB_20120810", operation)) => {
                Ok((Service::DynamoDb, self.dynamodb(operation, &input)?))
            }
            Some(("AmazonSQS", operation)) => Ok((Service::Sqs, self.sqs(operation, &input)?)),
            _ => bail!("the stubs do not know {target}"),
        }
    }
}

impl Serve for Stub {
    fn answer(&self, request: Request) -> Option<Reply> {
        let target = request.header("x-amz-target").unwrap_or_default().to_owned();
        match self.perform(&target, &request.body) {
            Ok((service, (reply, what, cost))) => {
                std::thread::sleep(self.hold);
                self.recording.note(Call {
                    service,
                    what,
                    arrived: request.arrived,
                    left: Instant::now(),
                    cost,
                });
                Some(reply)
            }
            Err(error) => {
                eprintln!("stub of AWS, {target}: {error:#}");
                let refusal = json!({ "__type": "ValidationException", "message": format!("{error:#}") });
                Some(Reply::json(400, &refusal))
            }
        }
    }
}

/// Running stubs of DynamoDB and SQS.
#[derive(Debug)]
pub(crate) struct Aws {
    stub: Arc<Stub>,
    server: Server,
}

impl Aws {
    /// Each answer is held back for `hold`, so that calls made at once are seen at once.
    pub(crate) fn start(recording: Recording, hold: Duration) -> Result<Self> {
        let stub = Arc::new(Stub {
            recording,
            hold,
            dynamodb: Mutex::new(DynamoDb::default()),
            sent: Mutex::default(),
        });
        let server = Server::start(Arc::clone(&stub))?;
        Ok(Self { stub, server })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// What was sent to the queues since this was last asked.
    pub(crate) fn take_sent(&self) -> Vec<Sent> {
        std::mem::take(&mut *self.stub.sent.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
