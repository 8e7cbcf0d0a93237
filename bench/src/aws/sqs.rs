//! The operations of SQS that the functions use: what they send is kept.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// What was sent to a queue.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) group: String,
    pub(crate) body: String,
}

/// Answers a call, and what it sent to which queue.
pub(crate) fn perform(operation: &str, input: &Value) -> Result<(Value, Vec<Sent>, String)> {
    let queue = text(input, "QueueUrl")?.rsplit('/').next().unwrap_or_default().to_owned();
    match operation {
        "SendMessage" => Ok((taken(), vec![sent(input)?], queue)),
        "SendMessageBatch" => {
            let entries = input.get("Entries").and_then(Value::as_array).context("no Entries")?;
            let all = entries.iter().map(sent).collect::<Result<_>>()?;
            let successful = entries.iter().map(|entry| {
                let mut taken = taken();
                if let Some(taken) = taken.as_object_mut() {
                    taken.insert("Id".to_owned(), json!(entry.get("Id")));
                }
                taken
            });
            Ok((json!({ "Successful": successful.collect::<Vec<_>>(), "Failed": [] }), all, queue))
        }
        _ => bail!("the stub of SQS does not know {operation}"),
    }
}

/// The functions do not look at the digest of the body, so that there is none.
fn taken() -> Value {
    json!({ "MessageId": "059f36b4-87a3-44ab-83d2-661975830a7d", "SequenceNumber": "18849496460467696128" })
}

fn sent(message: &Value) -> Result<Sent> {
    Ok(Sent {
        group: text(message, "MessageGroupId")?.to_owned(),
        body: text(message, "MessageBody")?.to_owned(),
    })
}

fn text<'a>(input: &'a Value, name: &str) -> Result<&'a str> {
    input.get(name).and_then(Value::as_str).with_context(|| format!("no {name}"))
}
