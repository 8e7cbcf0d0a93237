use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::reply::Reply;

/// The most messages in a batch, and the most bytes in a message and in a batch.
/// Source: "Amazon SQS message quotas" in the Amazon SQS developer guide.
const BATCH: usize = 10;
const BYTES: usize = 1024 * 1024;

/// A message that a queue took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentMessage {
    pub id: String,
    /// Empty in a standard queue.
    pub group: String,
    /// Empty in a standard queue.
    pub deduplication_id: String,
    pub body: String,
    /// The message attributes of type `String`.
    pub attributes: BTreeMap<String, String>,
}

/// A message on the queue.
#[derive(Debug)]
struct Stored {
    message: SentMessage,
    receives: usize,
    /// Whether it was received and not made visible again.
    is_hidden: bool,
}

impl Stored {
    /// Names the last receive.
    fn receipt(&self) -> String {
        format!("{}/{}", self.message.id, self.receives)
    }
}

#[derive(Debug, Default)]
struct Queue {
    is_fifo: bool,
    /// How many messages it took.
    count: usize,
    messages: Vec<Stored>,
    /// The sequence number for each group and deduplication id. SQS forgets them after five minutes, this never.
    taken: BTreeMap<(String, String), usize>,
}

/// FIFO queues with deduplication in each group, and standard queues, by the name at the end of their URLs.
#[derive(Debug)]
pub(crate) struct Sqs(Mutex<BTreeMap<String, Queue>>);

impl Sqs {
    /// `queues`: their names, and whether they are FIFO queues.
    pub(crate) fn new(queues: impl IntoIterator<Item = (String, bool)>) -> Self {
        let queue = |(name, is_fifo)| (name, Queue { is_fifo, ..Queue::default() });
        Self(Mutex::new(queues.into_iter().map(queue).collect()))
    }

    /// Removes and returns what the queue took so far.
    pub(crate) fn take_sent(&self, queue: &str) -> Vec<SentMessage> {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stored = queues.get_mut(queue).map(|queue| std::mem::take(&mut queue.messages));
        stored.unwrap_or_default().into_iter().map(|stored| stored.message).collect()
    }

    pub(crate) fn perform(&self, operation: &str, input: &Value) -> Result<Reply> {
        let name = queue_name(input)?;
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(queue) = queues.get_mut(name) else {
            return Ok(error("QueueDoesNotExist", "The specified queue does not exist."));
        };
        match operation {
            "SendMessage" => queue.send(input),
            "SendMessageBatch" => queue.send_batch(input),
            "ReceiveMessage" => Ok(Reply { status: 200, body: json!({ "Messages": queue.receive(input) }) }),
            "DeleteMessage" => {
                let receipt = text(input, "ReceiptHandle")?;
                queue.messages.retain(|stored| stored.receipt() != receipt);
                Ok(Reply { status: 200, body: json!({}) })
            }
            // Whoever delivers messages as Lambda does makes up their receipts: one that is unknown is accepted.
            "ChangeMessageVisibilityBatch" => {
                for entry in entries(input)? {
                    let is_hidden = entry.get("VisibilityTimeout").and_then(Value::as_u64) != Some(0);
                    let receipt = text(entry, "ReceiptHandle")?;
                    let mut stored = queue.messages.iter_mut().filter(|stored| stored.receipt() == receipt);
                    stored.by_ref().for_each(|stored| stored.is_hidden = is_hidden);
                }
                Ok(Reply { status: 200, body: json!({ "Successful": ids(entries(input)?)?, "Failed": [] }) })
            }
            "GetQueueAttributes" => {
                Ok(Reply { status: 200, body: json!({ "Attributes": queue.attributes() }) })
            }
            _ => bail!("{operation} of SQS is not simulated"),
        }
    }
}

impl Queue {
    fn send(&mut self, input: &Value) -> Result<Reply> {
        if text(input, "MessageBody")?.len() > BYTES {
            return Ok(error("InvalidParameterValue", "The message is too long."));
        }
        Ok(match self.parsed(input)? {
            Ok(message) => Reply { status: 200, body: self.take(message).into() },
            Err(code) => error(code, "MessageGroupId and MessageDeduplicationId are for FIFO queues."),
        })
    }

    fn send_batch(&mut self, input: &Value) -> Result<Reply> {
        let entries = entries(input)?;
        if !(1..=BATCH).contains(&entries.len()) {
            return Ok(error("TooManyEntriesInBatchRequest", "A batch has 1 to 10 entries."));
        }
        let mut bodies = BTreeMap::new();
        for entry in entries {
            bodies.insert(text(entry, "Id")?, text(entry, "MessageBody")?);
        }
        if bodies.len() < entries.len() {
            return Ok(error("BatchEntryIdsNotDistinct", "Two entries have the same Id."));
        }
        if bodies.values().map(|body| body.len()).sum::<usize>() > BYTES {
            return Ok(error("BatchRequestTooLong", "The messages together are too long."));
        }
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for entry in entries {
            let id = json!(text(entry, "Id")?);
            match self.parsed(entry)? {
                Ok(message) => {
                    let mut taken = self.take(message);
                    taken.insert("Id".to_owned(), id);
                    successful.push(taken);
                }
                Err(code) => failed.push(json!({ "Id": id, "Code": code, "SenderFault": true })),
            }
        }
        Ok(Reply { status: 200, body: json!({ "Successful": successful, "Failed": failed }) })
    }

    /// Hides and returns the next messages. They stay hidden until they are made visible again: no time passes here. A message of a
    /// group waits while another one of its group is hidden.
    fn receive(&mut self, input: &Value) -> Vec<Value> {
        let limit = input.get("MaxNumberOfMessages").and_then(Value::as_u64).unwrap_or(1);
        let is_blocked = |stored: &&Stored| stored.is_hidden && self.is_fifo;
        let blocked = self.messages.iter().filter(is_blocked).map(|stored| stored.message.group.clone());
        let blocked: BTreeSet<String> = blocked.collect();
        let available = self.messages.iter_mut();
        let available =
            available.filter(|stored| !stored.is_hidden && !blocked.contains(&stored.message.group));
        let received = available.take(usize::try_from(limit).unwrap_or(usize::MAX)).map(|stored| {
            stored.receives += 1;
            stored.is_hidden = true;
            received(stored)
        });
        received.collect()
    }

    fn attributes(&self) -> Value {
        let hidden = self.messages.iter().filter(|stored| stored.is_hidden).count();
        json!({
            "ApproximateNumberOfMessages": (self.messages.len() - hidden).to_string(),
            "ApproximateNumberOfMessagesNotVisible": hidden.to_string(),
            "ApproximateNumberOfMessagesDelayed": "0",
        })
    }

    /// Keeps the message unless the queue is a FIFO queue and the group had one with the same deduplication id; the reply
    /// is the same.
    fn take(&mut self, mut message: SentMessage) -> Map<String, Value> {
        let next = self.count + 1;
        let key = (message.group.clone(), message.deduplication_id.clone());
        let number = if self.is_fifo { *self.taken.entry(key).or_insert(next) } else { next };
        let id = format!("00000000-0000-0000-0000-{number:012}");
        if number == next {
            self.count = next;
            message.id.clone_from(&id);
            self.messages.push(Stored { message, receives: 0, is_hidden: false });
        }
        let sequence = self.is_fifo.then(|| ("SequenceNumber", format!("{number:020}")));
        let parts = [("MessageId", id)].into_iter().chain(sequence);
        parts.map(|(name, value)| (name.to_owned(), Value::String(value))).collect()
    }

    /// The message without its id, or why it is refused: a FIFO queue needs a group and a deduplication id, and a standard
    /// queue takes no deduplication id. Its groups, for fair queues, are not simulated.
    fn parsed(&self, input: &Value) -> Result<Result<SentMessage, &'static str>> {
        let attributes = input.get("MessageAttributes").and_then(Value::as_object).into_iter().flatten();
        let attributes = attributes.filter_map(|(name, attribute)| {
            Some((name.clone(), attribute.get("StringValue").and_then(Value::as_str)?.to_owned()))
        });
        let of_fifo = |name| input.get(name).and_then(Value::as_str);
        let (group, deduplication_id) =
            match (self.is_fifo, of_fifo("MessageGroupId"), of_fifo("MessageDeduplicationId")) {
                (true, Some(group), Some(deduplication_id)) => (group, deduplication_id),
                (true, ..) => return Ok(Err("MissingParameter")),
                (false, None, None) => ("", ""),
                (false, ..) => return Ok(Err("InvalidParameterValue")),
            };
        Ok(Ok(SentMessage {
            id: String::new(),
            group: group.to_owned(),
            deduplication_id: deduplication_id.to_owned(),
            body: text(input, "MessageBody")?.to_owned(),
            attributes: attributes.collect(),
        }))
    }
}

/// A message as it is received. Its time is the number of messages that the queue took before, in milliseconds.
fn received(stored: &Stored) -> Value {
    let SentMessage { id, group, deduplication_id, body, attributes } = &stored.message;
    let attributes: Map<String, Value> = attributes
        .iter()
        .map(|(name, value)| (name.clone(), json!({ "DataType": "String", "StringValue": value })))
        .collect();
    let number = id.rsplit('-').next().unwrap_or_default();
    let mut system =
        json!({ "SentTimestamp": number, "ApproximateReceiveCount": stored.receives.to_string() });
    if let (false, Some(system)) = (group.is_empty(), system.as_object_mut()) {
        system.insert("MessageGroupId".to_owned(), json!(group));
        system.insert("MessageDeduplicationId".to_owned(), json!(deduplication_id));
    }
    json!({
        "MessageId": id, "ReceiptHandle": stored.receipt(), "Body": body, "Attributes": system, "MessageAttributes": attributes,
    })
}

pub(crate) fn queue_name(input: &Value) -> Result<&str> {
    text(input, "QueueUrl")?.rsplit('/').next().context("an empty QueueUrl")
}

fn entries(input: &Value) -> Result<&Vec<Value>> {
    input.get("Entries").and_then(Value::as_array).context("no Entries")
}

fn ids(entries: &[Value]) -> Result<Vec<Value>> {
    entries.iter().map(|entry| Ok(json!({ "Id": text(entry, "Id")? }))).collect()
}

fn text<'a>(input: &'a Value, name: &str) -> Result<&'a str> {
    input.get(name).and_then(Value::as_str).with_context(|| format!("no {name}"))
}

fn error(kind: &str, message: &str) -> Reply {
    Reply::error(400, &format!("com.amazonaws.sqs#{kind}"), message)
}
