use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use simulated_aws::Reply;

use super::errors::{error, throttled};
use super::message::message_id;
use super::queue::Queue;
use super::rates::Action;

// Source of these limits: "Amazon SQS message quotas" in the guide.

/// The most entries in a batch.
const BATCH: usize = 10;
/// The most bytes in a message, and in all messages of a batch together.
const BYTES: usize = 1024 * 1024;
/// The most characters in an id of an entry.
const ENTRY_ID: usize = 80;
/// The most characters in a group id, and in a deduplication id.
const GROUP_ID: usize = 128;

pub(super) fn send(queue: &mut Queue, input: &Value, now: Duration) -> Result<Reply> {
    if bytes(input)? > BYTES {
        return Ok(error("InvalidParameterValue", "The message is too long."));
    }
    if let Some(refusal) = invalid_ids(queue, input) {
        return Ok(refusal);
    }
    if !admits(queue, input, now) {
        return Ok(throttled());
    }
    Ok(Reply { status: 200, body: take(queue, input, now)?.into() })
}

/// Each entry succeeds or fails on its own. A batch is one call for each of its groups.
pub(super) fn send_batch(queue: &mut Queue, input: &Value, now: Duration) -> Result<Reply> {
    let entries = match entries(input)? {
        Ok(entries) => entries,
        Err(refusal) => return Ok(refusal),
    };
    let mut total = 0;
    let mut admitted = BTreeMap::new();
    for entry in entries {
        total += bytes(entry)?;
        if let Some(refusal) = invalid_ids(queue, entry) {
            return Ok(refusal);
        }
        admitted.insert(group(entry), false);
    }
    if total > BYTES {
        return Ok(error("BatchRequestTooLong", "The messages together are too long."));
    }
    for (group, is_admitted) in &mut admitted {
        *is_admitted = !queue.is_fifo() || queue.rates.admits(Action::Send, group, now);
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        let id = json!(text(entry, "Id")?);
        if admitted.get(group(entry)).copied().unwrap_or_default() {
            let mut taken = take(queue, entry, now)?;
            taken.insert("Id".to_owned(), id);
            successful.push(taken);
        } else {
            failed.push(json!({ "Id": id, "Code": "ThrottlingException", "SenderFault": false }));
        }
    }
    Ok(Reply { status: 200, body: json!({ "Successful": successful, "Failed": failed }) })
}

/// The entries of a batch, or why the batch is refused.
/// Source: the errors of `SendMessageBatch` and `ChangeMessageVisibilityBatch` in the Amazon SQS API reference.
pub(super) fn entries(input: &Value) -> Result<Result<&[Value], Reply>> {
    let entries = input.get("Entries").and_then(Value::as_array).context("no Entries")?;
    if entries.is_empty() {
        return Ok(Err(error("EmptyBatchRequest", "The batch has no entries.")));
    }
    if entries.len() > BATCH {
        return Ok(Err(error("TooManyEntriesInBatchRequest", "A batch has at most 10 entries.")));
    }
    let ids: BTreeSet<&str> = entries.iter().map(|entry| text(entry, "Id")).collect::<Result<_>>()?;
    let is_valid = |id: &&str| {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        (1..=ENTRY_ID).contains(&id.len()) && id.chars().all(is_allowed)
    };
    if !ids.iter().all(is_valid) {
        return Ok(Err(error("InvalidBatchEntryId", "An id is too long or has a forbidden character.")));
    }
    if ids.len() < entries.len() {
        return Ok(Err(error("BatchEntryIdsNotDistinct", "Two entries have the same Id.")));
    }
    Ok(Ok(entries))
}

fn admits(queue: &mut Queue, input: &Value, now: Duration) -> bool {
    !queue.is_fifo() || queue.rates.admits(Action::Send, group(input), now)
}

fn group(input: &Value) -> &str {
    input.get("MessageGroupId").and_then(Value::as_str).unwrap_or_default()
}

/// The refusal of a message for a FIFO queue without a group or a deduplication id, or with one that is too long. The
/// queues of the template do not derive the deduplication id from the content.
fn invalid_ids(queue: &Queue, input: &Value) -> Option<Reply> {
    let is_valid = |name: &str| {
        let length = input.get(name).and_then(Value::as_str).map_or(0, str::len);
        (1..=GROUP_ID).contains(&length)
    };
    let is_fifo = queue.is_fifo();
    let name =
        ["MessageGroupId", "MessageDeduplicationId"].into_iter().find(|name| is_fifo && !is_valid(name))?;
    Some(error("InvalidParameterValue", &format!("{name} must have 1 to {GROUP_ID} characters.")))
}

/// The size of a message: its body, and the names, types and values of its attributes.
fn bytes(input: &Value) -> Result<usize> {
    let attributes = input.get("MessageAttributes").and_then(Value::as_object).into_iter().flatten();
    let attributes = attributes.map(|(name, attribute)| {
        let part = |name| attribute.get(name).and_then(Value::as_str).map_or(0, str::len);
        name.len() + part("DataType") + part("StringValue")
    });
    Ok(text(input, "MessageBody")?.len() + attributes.sum::<usize>())
}

fn take(queue: &mut Queue, input: &Value, now: Duration) -> Result<Map<String, Value>> {
    let attributes = input.get("MessageAttributes").and_then(Value::as_object).into_iter().flatten();
    let attributes: BTreeMap<String, String> = attributes
        .filter_map(|(name, attribute)| {
            Some((name.clone(), attribute.get("StringValue").and_then(Value::as_str)?.to_owned()))
        })
        .collect();
    let deduplication_id = input.get("MessageDeduplicationId").and_then(Value::as_str).unwrap_or_default();
    let position = queue.send(group(input), deduplication_id, text(input, "MessageBody")?, attributes, now);
    let mut taken: Map<String, Value> = Map::new();
    taken.insert("MessageId".to_owned(), message_id(position).into());
    if queue.is_fifo() {
        taken.insert("SequenceNumber".to_owned(), format!("{position:020}").into());
    }
    Ok(taken)
}

pub(super) fn text<'a>(input: &'a Value, name: &str) -> Result<&'a str> {
    input.get(name).and_then(Value::as_str).with_context(|| format!("no {name}"))
}
