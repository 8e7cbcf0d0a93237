use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};
use simulated_aws::Reply;

use super::queue::{Queue, message_id};

/// The most messages in a batch, and the most bytes in a message and in a batch.
/// Source: "Amazon SQS message quotas" in the guide.
const BATCH: usize = 10;
const BYTES: usize = 1024 * 1024;

pub(super) fn send(queue: &mut Queue, input: &Value, now: Duration) -> Result<Reply> {
    if text(input, "MessageBody")?.len() > BYTES {
        return Ok(error("InvalidParameterValue", "The message is too long."));
    }
    let group = text(input, "MessageGroupId")?;
    if !queue.admits(group, now) {
        return Ok(error("RequestThrottled", "Rate exceeded"));
    }
    Ok(Reply { status: 200, body: take(queue, input, now)?.into() })
}

/// Each entry succeeds or fails on its own. A batch is one call for each of its groups.
pub(super) fn send_batch(queue: &mut Queue, input: &Value, now: Duration) -> Result<Reply> {
    let entries = input.get("Entries").and_then(Value::as_array).context("no Entries")?;
    if !(1..=BATCH).contains(&entries.len()) {
        return Ok(error("TooManyEntriesInBatchRequest", "A batch has 1 to 10 entries."));
    }
    let mut bytes = 0;
    let (mut ids, mut groups) = (BTreeSet::new(), BTreeSet::new());
    for entry in entries {
        bytes += text(entry, "MessageBody")?.len();
        ids.insert(text(entry, "Id")?);
        groups.insert(text(entry, "MessageGroupId")?);
    }
    if ids.len() < entries.len() {
        return Ok(error("BatchEntryIdsNotDistinct", "Two entries have the same Id."));
    }
    if bytes > BYTES {
        return Ok(error("BatchRequestTooLong", "The messages together are too long."));
    }
    let admitted: BTreeSet<&str> = groups.into_iter().filter(|group| queue.admits(group, now)).collect();
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        let id = json!(text(entry, "Id")?);
        if admitted.contains(text(entry, "MessageGroupId")?) {
            let mut taken = take(queue, entry, now)?;
            taken.insert("Id".to_owned(), id);
            successful.push(taken);
        } else {
            failed.push(json!({ "Id": id, "Code": "ThrottlingException", "SenderFault": false }));
        }
    }
    Ok(Reply { status: 200, body: json!({ "Successful": successful, "Failed": failed }) })
}

/// The receipt handle of a message is its id.
pub(super) fn change_visibility(queue: &mut Queue, input: &Value, now: Duration) -> Result<Reply> {
    let entries = input.get("Entries").and_then(Value::as_array).context("no Entries")?;
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        let id = json!(text(entry, "Id")?);
        let timeout =
            entry.get("VisibilityTimeout").and_then(Value::as_u64).context("no VisibilityTimeout")?;
        if queue.change_visibility(text(entry, "ReceiptHandle")?, Duration::from_secs(timeout), now) {
            successful.push(json!({ "Id": id }));
        } else {
            failed.push(json!({ "Id": id, "Code": "ReceiptHandleIsInvalid", "SenderFault": true }));
        }
    }
    Ok(Reply { status: 200, body: json!({ "Successful": successful, "Failed": failed }) })
}

fn take(queue: &mut Queue, input: &Value, now: Duration) -> Result<Map<String, Value>> {
    let attributes = input.get("MessageAttributes").and_then(Value::as_object).into_iter().flatten();
    let attributes: BTreeMap<String, String> = attributes
        .filter_map(|(name, attribute)| {
            Some((name.clone(), attribute.get("StringValue").and_then(Value::as_str)?.to_owned()))
        })
        .collect();
    let position = queue.send(
        text(input, "MessageGroupId")?,
        text(input, "MessageDeduplicationId")?,
        text(input, "MessageBody")?,
        attributes,
        now,
    );
    Ok([("MessageId", message_id(position)), ("SequenceNumber", format!("{position:020}"))]
        .map(|(name, value)| (name.to_owned(), Value::String(value)))
        .into_iter()
        .collect())
}

pub(super) fn text<'a>(input: &'a Value, name: &str) -> Result<&'a str> {
    input.get(name).and_then(Value::as_str).with_context(|| format!("no {name}"))
}

fn error(kind: &str, message: &str) -> Reply {
    Reply::error(400, &format!("com.amazonaws.sqs#{kind}"), message)
}
