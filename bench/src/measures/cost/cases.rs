use anyhow::Result;
use aws_prices::BYTES_PER_QUEUE_REQUEST;
use serde_json::json;
use simulated_aws::{SentMessage, Stubs};

use super::invocation::{self, Invocation, float};
use crate::deployment::{Deployment, FULL_BATCH};
use crate::events::{MESSAGES, Target, batch, request};
use crate::shipped::Shipped;
use crate::workloads::{TEXT, Workload};

/// The limit of a chat is raised once in so many messages, with one more write.
pub(super) const MEASURED_MESSAGES: usize = 250;

/// What one message takes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Usage {
    pub(super) api_requests: f64,
    pub(super) invocations: f64,
    pub(super) gb_seconds: f64,
    pub(super) write_units: f64,
    pub(super) read_units: f64,
    pub(super) queue_requests: f64,
    pub(super) log_bytes: f64,
}

/// Messages that arrive in persist in one way.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) title: &'static str,
    pub(super) what: &'static str,
    /// Of persist.
    pub(super) batch: Invocation,
    pub(super) usage: Usage,
}

/// Measures create-message, and persist in the three cases.
pub(super) fn measure(shipped: &Shipped, stubs: &Stubs) -> Result<(Invocation, Vec<Case>)> {
    let mut deployment = Deployment::new(shipped, stubs);
    let application = deployment.create_application()?;
    let chats = (0..FULL_BATCH)
        .map(|_| deployment.stored_chat(&application, FULL_BATCH, TEXT))
        .collect::<Result<Vec<_>>>()?;
    let body = json!({ "body": TEXT });
    let one = deployment.stored_chat(&application, FULL_BATCH, TEXT)?;
    let event = request("POST", MESSAGES, &one, Some(&body)).to_string();
    let creation = Workload {
        function: "create-message",
        what: "POST a message",
        events: vec![event; MEASURED_MESSAGES + 1],
    };
    let creation = invocation::measure(shipped, stubs, &creation)?;
    let mut cases = Vec::new();
    let one_chat = chats.get(..1).unwrap_or_default();
    for (title, what, chats, size) in [
        ("Full batches", "Ten messages of one chat a batch.", one_chat, FULL_BATCH),
        ("Ten chats a batch", "Ten messages a batch, each of another chat.", &chats, FULL_BATCH),
        ("One message a batch", "As if nobody else writes.", one_chat, 1),
    ] {
        let batches = batches(&mut deployment, chats, size)?;
        let events = batches.iter().map(|sent| batch(sent)).collect::<Result<_>>()?;
        let workload = Workload { function: "persist", what: title, events };
        let batch = invocation::measure(shipped, stubs, &workload)?;
        let usage = usage(&creation, &batch, &batches)?;
        cases.push(Case { title, what, batch, usage });
    }
    Ok((creation, cases))
}

/// Batches of so many messages, of the chats in turns: one to connect, and those that are measured.
fn batches(deployment: &mut Deployment<'_>, chats: &[Target], size: usize) -> Result<Vec<Vec<SentMessage>>> {
    let mut sent = Vec::new();
    for number in 0..size + MEASURED_MESSAGES {
        if let Some(chat) = chats.get(number % chats.len().max(1)) {
            sent.extend(deployment.create_messages(chat, 1, TEXT)?);
        }
    }
    Ok(sent.chunks(size).map(<[SentMessage]>::to_vec).collect())
}

fn usage(creation: &Invocation, batch: &Invocation, batches: &[Vec<SentMessage>]) -> Result<Usage> {
    let (mut messages, mut sends, mut receives) = (0, 0, 0);
    for batch in batches {
        messages += batch.len();
        sends += batch.iter().map(|sent| billed(sent.body.len())).sum::<usize>();
        receives += billed(batch.iter().map(|sent| sent.body.len()).sum());
    }
    let each = float(batches.len())? / float(messages)?;
    // Lambda deletes a batch with one call.
    let of_queue = (float(sends)? + float(receives)?) / float(messages)? + each;
    Ok(Usage {
        api_requests: 1.0,
        invocations: 1.0 + each,
        gb_seconds: creation.gb_seconds() + each * batch.gb_seconds(),
        write_units: creation.write_units + each * batch.write_units,
        read_units: creation.read_units + each * batch.read_units,
        // One call of create-message is the send, counted by its size.
        queue_requests: of_queue + creation.queue_calls - 1.0 + each * batch.queue_calls,
        log_bytes: creation.log_bytes + each * batch.log_bytes,
    })
}

/// How many requests SQS bills for a call with so many bytes.
fn billed(bytes: usize) -> usize {
    bytes.div_ceil(BYTES_PER_QUEUE_REQUEST).max(1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn sent(bytes: usize) -> SentMessage {
        SentMessage {
            id: String::new(),
            group: String::new(),
            deduplication_id: String::new(),
            body: "x".repeat(bytes),
            attributes: BTreeMap::new(),
        }
    }

    fn invocation(units: f64, queue_calls: f64) -> Invocation {
        Invocation {
            write_units: units,
            read_units: 0.0,
            queue_calls,
            milliseconds: 10.0,
            memory_mib: 1024.0,
            log_bytes: 100.0,
        }
    }

    #[test]
    fn messages_share_the_costs_of_their_batch() {
        let batches = [vec![sent(100); 10], vec![sent(100); 10]];
        let usage = usage(&invocation(1.0, 1.0), &invocation(11.0, 0.0), &batches).unwrap();
        let close = |one: f64, other: f64| (one - other).abs() < 1e-9;
        assert!(close(usage.write_units, 2.1) && close(usage.queue_requests, 1.2), "{usage:?}");
        assert!(close(usage.invocations, 1.1) && close(usage.gb_seconds, 0.011), "{usage:?}");
        assert!(close(usage.log_bytes, 110.0), "{usage:?}");
    }

    #[test]
    fn sqs_bills_each_64_kib() {
        assert_eq!([0, 1, 65_536, 65_537].map(billed), [1, 1, 1, 2]);
        let batches = [vec![sent(40_000); 4]];
        let usage = usage(&invocation(1.0, 1.0), &invocation(5.0, 0.0), &batches).unwrap();
        // Four sends, a receive of 160,000 bytes, a deletion.
        assert!((usage.queue_requests - (4.0 + 3.0 + 1.0) / 4.0).abs() < 1e-9, "{usage:?}");
    }
}
