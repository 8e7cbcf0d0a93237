use std::collections::{BTreeMap, BTreeSet};

use conversation::{IndexRequest, MessageId};
use sqs_queues::{Delivery, decode_index_request};

/// What a batch asks for.
#[derive(Debug, Default)]
pub(super) struct Requests<'a> {
    by_message: BTreeMap<MessageId, Request<'a>>,
    /// The ids of records that only a newer release can read.
    newer: Vec<&'a str>,
}

/// What all records of the batch that name one message ask for together.
#[derive(Debug, Default)]
struct Request<'a> {
    records: Vec<&'a str>,
    /// A removal is permanent, so it wins in whatever order the records arrive.
    removes: bool,
}

impl<'a> Requests<'a> {
    /// Drops records that cannot be read.
    pub(super) fn decode(deliveries: &'a [Delivery]) -> Self {
        let mut requests = Self::default();
        for Delivery { message_id, record, .. } in deliveries {
            match decode_index_request(record) {
                Ok(request) => {
                    let of_message = requests.by_message.entry(request.message().clone()).or_default();
                    of_message.records.push(message_id);
                    of_message.removes |= matches!(request, IndexRequest::Remove(_));
                }
                Err(unreadable) if unreadable.is_newer() => {
                    tracing::warn!(target: "chatlog", message_id, reason = %unreadable, "could not read an index request; it will be delivered again");
                    requests.newer.push(message_id);
                }
                Err(unreadable) => {
                    tracing::error!(target: "chatlog", message_id, reason = %unreadable, "dropped an unreadable index request");
                }
            }
        }
        requests
    }

    /// The messages to remove, whatever their rows say.
    pub(super) fn removals(&self) -> impl Iterator<Item = &MessageId> {
        self.by_message.iter().filter(|(_, request)| request.removes).map(|(id, _)| id)
    }

    /// The messages to bring to the state of their rows.
    pub(super) fn refreshes(&self) -> impl Iterator<Item = &MessageId> {
        self.by_message.iter().filter(|(_, request)| !request.removes).map(|(id, _)| id)
    }

    /// The ids of the records that name none of these messages.
    pub(super) fn records_without(&self, messages: &BTreeSet<MessageId>) -> Vec<String> {
        let others = self.by_message.iter().filter(|(id, _)| !messages.contains(id));
        let records = others.flat_map(|(_, request)| &request.records).chain(&self.newer);
        records.map(|id| (*id).to_owned()).collect()
    }
}
