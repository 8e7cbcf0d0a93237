//! How fast persist applies the backlog of one chat.

use std::time::Instant;

use anyhow::Result;
use simulated_aws::Stubs;

use super::assumed_latency;
use crate::deployment::{Deployment, FULL_BATCH};
use crate::report::{Budget, Section};
use crate::shipped::Shipped;
use crate::workloads::TEXT;

const BATCHES: u32 = 30;
/// In messages per second.
const MIN_MESSAGES_PER_SECOND: f64 = 250.0;

pub(crate) fn measure(shipped: &Shipped) -> Result<Section> {
    let stubs = Stubs::start(&shipped.template, assumed_latency)?;
    let mut deployment = Deployment::new(shipped, &stubs);
    let application = deployment.create_application()?;
    let chat = deployment.stored_chat(&application, FULL_BATCH, TEXT)?;
    let sent = deployment.create_messages(&chat, FULL_BATCH * usize::try_from(BATCHES)?, TEXT)?;
    let started = Instant::now();
    for batch in sent.chunks(FULL_BATCH) {
        deployment.apply("persist", batch)?;
    }
    let a_batch = started.elapsed() / BATCHES;
    let rate = f64::from(u32::try_from(FULL_BATCH)?) / a_batch.as_secs_f64();
    Ok(Section {
        title: "Drain of one chat",
        command: "drain",
        document: None,
        method: format!(
            "{BATCHES} full batches of one chat's messages through persist, one after the other as SQS delivers them, at 5 ms \
             a call to DynamoDB and 15 ms a `_bulk`."
        ),
        body: format!("A batch takes {} ms: {rate:.0} messages a second.\n", a_batch.as_millis()),
        budgets: vec![Budget::new(
            "drain of one hot chat, at 5 ms a DynamoDB call and 15 ms a `_bulk`",
            "≥ 250 messages/s",
            format!("{rate:.0} messages/s"),
            rate >= MIN_MESSAGES_PER_SECOND,
        )],
    })
}
