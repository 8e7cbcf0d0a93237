use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use simulated_aws::Reply;

use super::errors::error;
use super::message::Receipt;
use super::queue::Queue;
use super::rates::Action;
use super::sends::{entries, text};

/// The longest visibility timeout.
/// Source: "Amazon SQS visibility timeout" in the guide.
const LONGEST: u64 = 12 * 3_600;

pub(super) fn change_visibility(queue: &mut Queue, input: &Value, now: Duration) -> Result<Reply> {
    let outcome = change(queue, input, &mut BTreeMap::new(), now)?;
    let body = match outcome {
        None => json!({}),
        Some(code) => return Ok(error(code, "The visibility timeout was not changed.")),
    };
    Ok(Reply { status: 200, body })
}

/// Each entry succeeds or fails on its own. A batch is one call for each of its groups.
pub(super) fn change_visibility_batch(queue: &mut Queue, input: &Value, now: Duration) -> Result<Reply> {
    let entries = match entries(input)? {
        Ok(entries) => entries,
        Err(refusal) => return Ok(refusal),
    };
    let mut admitted = BTreeMap::new();
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in entries {
        let id = json!(text(entry, "Id")?);
        match change(queue, entry, &mut admitted, now)? {
            None => successful.push(json!({ "Id": id })),
            Some(code) => {
                let is_fault = code != "ThrottlingException";
                failed.push(json!({ "Id": id, "Code": code, "SenderFault": is_fault }));
            }
        }
    }
    Ok(Reply { status: 200, body: json!({ "Successful": successful, "Failed": failed }) })
}

/// Changes one visibility timeout; returns the code of the error if that fails. `admitted` has the groups of this call.
fn change(
    queue: &mut Queue,
    entry: &Value,
    admitted: &mut BTreeMap<Arc<str>, bool>,
    now: Duration,
) -> Result<Option<&'static str>> {
    let timeout = entry.get("VisibilityTimeout").and_then(Value::as_u64).context("no VisibilityTimeout")?;
    if timeout > LONGEST {
        return Ok(Some("InvalidParameterValue"));
    }
    let receipt = Receipt::parse(text(entry, "ReceiptHandle")?);
    let Some((receipt, group)) = receipt.and_then(|receipt| Some((receipt, queue.group_of(receipt)?))) else {
        return Ok(Some("ReceiptHandleIsInvalid"));
    };
    let is_admitted = *admitted.entry(group).or_insert_with_key(|group| {
        !queue.is_fifo() || queue.rates.admits(Action::ChangeVisibility, group, now)
    });
    Ok(if !is_admitted {
        Some("ThrottlingException")
    } else if queue.change_visibility(receipt, Duration::from_secs(timeout), now) {
        None
    } else {
        Some("MessageNotInflight")
    })
}
