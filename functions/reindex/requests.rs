use std::collections::{BTreeMap, BTreeSet};

use conversation::{IndexRequest, MessageId, Timestamp};
use sqs_queues::{Delivery, RecordLog, RecordOutcome, Subject, decode_index_request};

/// What a batch asks for.
#[derive(Debug, Default)]
pub(super) struct Requests<'a> {
    by_message: BTreeMap<MessageId, Request<'a>>,
    /// Records that only a newer release can read.
    newer: Vec<&'a Delivery>,
    /// Records that cannot be read.
    dropped: Vec<&'a Delivery>,
}

/// What all records of the batch that name one message ask for together.
#[derive(Debug, Default)]
struct Request<'a> {
    records: Vec<&'a Delivery>,
    /// A removal is permanent, so it wins in whatever order the records arrive.
    removes: bool,
}

impl<'a> Requests<'a> {
    /// Drops records that cannot be read.
    pub(super) fn decode(deliveries: &'a [Delivery]) -> Self {
        let mut requests = Self::default();
        for delivery in deliveries {
            let message_id = &delivery.message_id;
            match decode_index_request(&delivery.record) {
                Ok(request) => {
                    let of_message = requests.by_message.entry(request.message().clone()).or_default();
                    of_message.records.push(delivery);
                    of_message.removes |= matches!(request, IndexRequest::Remove(_));
                }
                Err(unreadable) if unreadable.is_newer() => {
                    tracing::warn!(target: "chatlog", message_id, reason = %unreadable, "could not read an index request; it will be delivered again");
                    requests.newer.push(delivery);
                }
                Err(unreadable) => {
                    tracing::error!(target: "chatlog", message_id, reason = %unreadable, "dropped an unreadable index request");
                    requests.dropped.push(delivery);
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

    /// What became of the records, after the changes of the messages in `made` were made.
    pub(super) fn log(&self, made: &BTreeSet<MessageId>) -> Vec<RecordLog<'a>> {
        let now = Timestamp::now();
        let entry =
            |delivery, subject, outcome| RecordLog { delivery, subject, outcome, is_index_deferred: false };
        let mut log = Vec::new();
        for (id, request) in &self.by_message {
            for delivery in &request.records {
                let outcome = if made.contains(id) {
                    RecordOutcome::Done { millis: delivery.millis_until(now) }
                } else {
                    RecordOutcome::Failed
                };
                log.push(entry(*delivery, Subject::from(id), outcome));
            }
        }
        let unread = |outcome| move |delivery: &&'a Delivery| entry(*delivery, Subject::default(), outcome);
        log.extend(self.newer.iter().map(unread(RecordOutcome::Failed)));
        log.extend(self.dropped.iter().map(unread(RecordOutcome::Buried)));
        log
    }
}
