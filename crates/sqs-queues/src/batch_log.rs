use conversation::Timestamp;
use function_log::{ALWAYS, Metric, Metrics};
use serde::Serialize;

use crate::{Delivery, Subject};

/// What became of a record of a batch.
#[derive(Debug, Clone)]
pub struct RecordLog<'a> {
    pub delivery: &'a Delivery,
    pub subject: Subject,
    pub outcome: RecordOutcome,
    /// Whether its change of the index was queued for later.
    pub is_index_deferred: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordOutcome {
    /// What it asks for was done so many milliseconds after it was sent.
    Done { millis: u64 },
    /// It is delivered again.
    Failed,
    /// It can never be applied and leaves the queue.
    Buried,
}

/// Writes the line of a batch: its metrics, and what became of each record, by the id of SQS and by what it is about. No text
/// of a message is in it. It is the only line of a batch in which nothing went wrong.
///
/// `done_after` is the metric of the time after which records were done. Returns the message ids of those that failed.
pub fn log_batch(message: &str, done_after: Option<Metric>, records: &[RecordLog<'_>]) -> Vec<String> {
    let is_done = |record: &RecordLog<'_>| matches!(record.outcome, RecordOutcome::Done { .. });
    let is_failed = |record: &RecordLog<'_>| record.outcome == RecordOutcome::Failed;
    let is_buried = |record: &RecordLog<'_>| record.outcome == RecordOutcome::Buried;
    tracing::info!(
        target: ALWAYS,
        done = list(records, is_done).map(tracing::field::display),
        failed = list(records, is_failed).map(tracing::field::display),
        buried = list(records, is_buried).map(tracing::field::display),
        index_later = list(records, |record| record.is_index_deferred).map(tracing::field::display),
        metrics = %metrics(done_after, records),
        "{message}"
    );
    records
        .iter()
        .filter(|record| is_failed(record))
        .map(|record| record.delivery.message_id.clone())
        .collect()
}

fn metrics(done_after: Option<Metric>, records: &[RecordLog<'_>]) -> Metrics {
    let buried = records.iter().filter(|record| record.outcome == RecordOutcome::Buried).count();
    let retries = records.iter().filter(|record| record.delivery.receives > 1).count();
    let now = Timestamp::now();
    let failed = records.iter().filter(|record| record.outcome == RecordOutcome::Failed);
    let failed: Vec<u64> = failed.map(|record| record.delivery.millis_until(now)).collect();
    let metrics = Metrics::default()
        .count(Metric::BatchSize, records.len())
        .count(Metric::Retries, retries)
        .count(Metric::Failed, failed.len())
        .values(Metric::FailedAfter, &failed)
        .count(Metric::Buried, buried);
    let Some(done_after) = done_after else { return metrics };
    let millis = |record: &RecordLog<'_>| match record.outcome {
        RecordOutcome::Done { millis } => Some(millis),
        RecordOutcome::Failed | RecordOutcome::Buried => None,
    };
    metrics.values(done_after, &records.iter().filter_map(millis).collect::<Vec<u64>>())
}

/// Records of one chat or application. The lists have an element for each.
#[derive(Debug, Serialize)]
struct Listed<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    application: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    chat: Option<u64>,
    message_id: Vec<&'a str>,
    #[serde(skip_serializing_if = "are_unknown")]
    message_number: Vec<Option<u64>>,
}

fn are_unknown(numbers: &[Option<u64>]) -> bool {
    numbers.iter().all(Option::is_none)
}

/// Those of the records, in their order, as JSON. `None` if there are none. What they share is there once.
fn list(records: &[RecordLog<'_>], is_listed: impl Fn(&RecordLog<'_>) -> bool) -> Option<String> {
    let mut list: Vec<Listed<'_>> = Vec::new();
    for RecordLog { delivery, subject, .. } in records.iter().filter(|record| is_listed(record)) {
        let Subject { application, chat, message_number, .. } = subject;
        let same = list.last_mut().filter(|last| last.application == application && last.chat == *chat);
        if let Some(same) = same {
            same.message_id.push(&delivery.message_id);
            same.message_number.push(*message_number);
        } else {
            list.push(Listed {
                application,
                chat: *chat,
                message_id: vec![&delivery.message_id],
                message_number: vec![*message_number],
            });
        }
    }
    // Texts and numbers always have a JSON form.
    (!list.is_empty()).then(|| serde_json::to_string(&list).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use function_log::{CapturedLog, invocation_span};
    use serde_json::{Value, json};
    use tracing::Level;

    use super::*;

    fn delivery(message_id: &str, receives: u32) -> Delivery {
        let record = "{\"body\":\"unmistakable samovar\"}".to_owned();
        Delivery { message_id: message_id.to_owned(), receives, record, ..Delivery::default() }
    }

    fn subject(chat: u64, message_number: Option<u64>) -> Subject {
        Subject { application: "tttt".to_owned(), chat: Some(chat), message_number, revision: Some(9) }
    }

    /// The line of a batch, logged at the highest level.
    fn line(records: &[RecordLog<'_>]) -> Value {
        let log = CapturedLog::start(Level::ERROR);
        let span = invocation_span("persist", None, "8476a536-e9f4-11e8-9739-2dfe598c3fcd", None);
        let _entered = span.entered();
        log_batch("stored a batch", Some(Metric::StoredAfter), records);
        let [line] = log.lines().try_into().unwrap();
        line
    }

    #[test]
    fn a_batch_is_one_line_that_tells_what_became_of_each_record() {
        let deliveries = ["a", "b", "c", "d"].map(|id| delivery(id, if id == "c" { 2 } else { 1 }));
        let outcomes = [
            (subject(7, None), RecordOutcome::Done { millis: 31 }),
            (subject(7, Some(1)), RecordOutcome::Done { millis: 32 }),
            (subject(8, Some(5)), RecordOutcome::Failed),
            (Subject::of_group("tttt#9"), RecordOutcome::Buried),
        ];
        let records: Vec<RecordLog<'_>> = deliveries
            .iter()
            .zip(outcomes)
            .map(|(delivery, (subject, outcome))| RecordLog {
                is_index_deferred: delivery.message_id == "b",
                delivery,
                subject,
                outcome,
            })
            .collect();
        let line = line(&records);
        assert_eq!((&line["message"], &line["level"]), (&json!("stored a batch"), &json!("INFO")));
        let done = json!([{
            "application": "tttt", "chat": 7,
            "message_id": ["a", "b"], "message_number": [null, 1],
        }]);
        assert_eq!(line["done"], done);
        let of = |chat: u64, id: &str| {
            json!([{
                "application": "tttt", "chat": chat, "message_id": [id],
            }])
        };
        assert_eq!(line["buried"], of(9, "d"));
        let members = ["failed", "index_later"].map(|name| &line[name][0]["message_id"]);
        assert_eq!(members, [&json!(["c"]), &json!(["b"])]);
        let metrics = ["BatchSize", "Retries", "Failed", "Buried", "StoredAfter"].map(|name| &line[name]);
        assert_eq!(metrics, [&json!(4), &json!(1), &json!(1), &json!(1), &json!([31, 32])]);
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap();
        let names = directives.iter().flat_map(|directive| directive["Metrics"].as_array().unwrap());
        assert_eq!(names.count(), 6);
        // Accepted in 1970.
        assert!(line["FailedAfter"][0].as_u64() > Some(1_000_000_000_000), "{line}");
    }

    #[test]
    fn the_line_has_no_text_of_a_message() {
        let delivery = delivery("a", 1);
        for outcome in [RecordOutcome::Done { millis: 1 }, RecordOutcome::Failed, RecordOutcome::Buried] {
            let subject = subject(1, Some(1));
            let record = RecordLog { delivery: &delivery, subject, outcome, is_index_deferred: true };
            let line = line(&[record]).to_string();
            assert!(!line.contains("samovar"), "{line}");
        }
    }

    /// What a batch logs is paid for each message: ADR 25.
    #[test]
    fn a_batch_in_which_nothing_goes_wrong_logs_little() {
        let deliveries: Vec<Delivery> =
            (0..10).map(|last| delivery(&format!("059f36b4-87a3-44ab-83d2-66197583000{last}"), 1)).collect();
        let records = deliveries.iter().zip(1000..).map(|(delivery, number)| RecordLog {
            delivery,
            subject: Subject {
                application: "BwcHBwcHBwcHBwcHBwcHBw".to_owned(),
                chat: Some(1),
                message_number: Some(number),
                revision: Some(number),
            },
            outcome: RecordOutcome::Done { millis: 123 },
            is_index_deferred: false,
        });
        let records: Vec<RecordLog<'_>> = records.collect();
        let bytes = |records| line(records).to_string().len();
        let bytes = (bytes(&records[..1]), bytes(&records));
        assert!(bytes.0 <= 560 && bytes.1 <= 1_000, "{bytes:?}");
    }
}
