//! What became of each write, in words.

use super::Subject;
use super::line::{Line, Record};

/// The verdicts on the writes whose requests are in the log, in the order of the requests. `lines` are in the order of time.
pub(super) fn verdicts(subject: &Subject, lines: &[Line]) -> Vec<String> {
    let requests: Vec<&Line> = lines.iter().filter(|line| line.is_request()).collect();
    if !requests.is_empty() {
        return requests.into_iter().map(|request| of_request(request, subject, lines)).collect();
    }
    let is_of_subject = |record: &Record<'_>| subject.has(record);
    if lines.is_empty() {
        return vec![
            "no line of the log is about it: nothing was accepted in this time, or requests are not logged"
                .to_owned(),
        ];
    }
    vec![format!("no request is in the log; {}", of_record(&is_of_subject, None, subject, lines))]
}

fn of_request(request: &Line, subject: &Subject, lines: &[Line]) -> String {
    let (function, at) = (request.text("function").unwrap_or_default(), request.at());
    let status = request.number("status").unwrap_or_default();
    let code = request.text("code").unwrap_or("no code");
    let Some(id) = request.text("message_id") else {
        return match status {
            200..300 => format!(
                "{function}: answered {status} at {at} without a write: an earlier request under the same Idempotency-Key made it"
            ),
            _ if code == "outcome_unknown" => {
                let is_of_subject = |record: &Record<'_>| subject.has(record);
                let found = of_record(&is_of_subject, None, subject, lines);
                format!("{function}: answered {status} {code} at {at}, so it may have been accepted; {found}")
            }
            _ => format!("{function}: refused at {at} with {status} {code}"),
        };
    };
    let is_record = |record: &Record<'_>| record.message_id == id;
    let verdict = of_record(&is_record, Some(request), subject, lines);
    let is_stored = lines.iter().any(|line| line.lists("done", is_record));
    let redriven = if is_stored { None } else { redriven(request, subject, lines) };
    format!("{function}: accepted at {at}, {verdict}{}", redriven.unwrap_or_default())
}

/// Whether a record without a request was stored later: an operator moved it back, which gave it another id.
fn redriven(request: &Line, subject: &Subject, lines: &[Line]) -> Option<String> {
    let requests: Vec<&str> =
        lines.iter().filter(|line| line.is_request()).filter_map(|line| line.text("message_id")).collect();
    let is_redriven = |record: &Record<'_>| subject.has(record) && !requests.contains(&record.message_id);
    let done = lines.iter().find(|line| *line > request && line.lists("done", is_redriven))?;
    Some(format!(". A record of the same message that was moved back was stored at {}", done.at()))
}

/// What became of a record on the queue.
fn of_record(
    is_record: &dyn Fn(&Record<'_>) -> bool,
    request: Option<&Line>,
    subject: &Subject,
    lines: &[Line],
) -> String {
    let last = |list| lines.iter().rev().find(|line| line.lists(list, is_record));
    if let Some(done) = last("done") {
        let record = done.records("done").into_iter().find(is_record);
        let after = record.and_then(|record| done.value_at("StoredAfter", record.position));
        let stored = match after {
            Some(millis) => format!("stored after {millis} ms"),
            None => format!("stored at {}", done.at()),
        };
        return if done.lists("index_later", is_record) {
            format!("{stored}{}", indexing(done, subject, lines))
        } else {
            stored
        };
    }
    let record_id = request.and_then(|request| request.text("message_id"));
    let names_record = |line: &&Line| record_id.is_none() || line.text("message_id") == record_id;
    if let Some(buried) = last("buried") {
        let reason = lines.iter().filter(names_record).find_map(|line| line.text("reason"));
        let reason = reason.unwrap_or("the log has no reason");
        return format!(
            "and buried at {}: {reason}. `chatlog dead-letters list` shows it until it is redriven, dropped or 14 days old",
            buried.at()
        );
    }
    let failures = lines.iter().filter(|line| line.lists("failed", is_record)).count();
    if let Some(failed) = last("failed") {
        let id = failed.text("aws_request_id");
        let mut of_invocation =
            lines.iter().filter(|line| line.text("aws_request_id") == id && subject.may_have_met(line));
        let cause = of_invocation.find_map(|line| line.text("cause")).unwrap_or("the log has no cause");
        return format!(
            "and not stored: it failed {failures} times, the last time at {}, and is tried again, up to a thousand times. The cause: {cause}",
            failed.at()
        );
    }
    match request {
        Some(request) => format!("and not stored: it is on the queue since {}", request.at()),
        None => "no batch of persist has it".to_owned(),
    }
}

/// What became of the change of the index that OpenSearch did not accept at first.
fn indexing(stored: &Line, subject: &Subject, lines: &[Line]) -> String {
    let mut later =
        lines.iter().filter(|line| line.text("function") == Some("reindex") && line.at() >= stored.at());
    match later.find(|line| line.lists("done", |record| subject.has(record))) {
        Some(indexed) => {
            format!(", and indexed at {}, because OpenSearch did not accept it at once", indexed.at())
        }
        None => ", and not indexed yet: OpenSearch did not accept it at once".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const APPLICATION: &str = "BwcHBwcHBwcHBwcHBwcHBw";

    fn verdict(lines: &[Value]) -> Vec<String> {
        let subject = Subject { application: APPLICATION.to_owned(), chat: 7, message: Some(3) };
        let lines: Vec<Line> = lines.iter().filter_map(|line| Line::parse(&line.to_string())).collect();
        verdicts(&subject, &lines)
    }

    fn request(status: u16) -> Value {
        json!({
            "timestamp": "2026-11-28T10:00:00.000Z", "message": "responded", "function": "create-message", "status": status,
            "application": APPLICATION, "chat": 7, "message_number": 3, "message_id": "059f",
        })
    }

    fn batch(list: &str) -> Value {
        json!({
            "timestamp": "2026-11-28T10:00:01.000Z", "message": "stored a batch", "function": "persist", "aws_request_id": "r",
            list: [{ "application": APPLICATION, "chat": 7, "message_id": ["0000", "059f"], "message_number": [2, 3] }],
            "StoredAfter": [31, 32],
        })
    }

    #[test]
    fn a_stored_write_tells_after_which_time() {
        let expected = "create-message: accepted at 2026-11-28T10:00:00.000Z, stored after 32 ms";
        assert_eq!(verdict(&[request(201), batch("done")]), [expected]);
        assert_eq!(verdict(&[request(201), batch("failed"), batch("done")]), [expected]);
    }

    #[test]
    fn a_write_that_waits_tells_since_when() {
        assert_eq!(
            verdict(&[request(201)]),
            [
                "create-message: accepted at 2026-11-28T10:00:00.000Z, and not stored: it is on the queue since \
              2026-11-28T10:00:00.000Z"
            ]
        );
    }

    #[test]
    fn a_write_that_failed_or_was_buried_tells_why() {
        let cause = |chat: u64, cause: &str| json!({ "aws_request_id": "r", "application": APPLICATION, "chat": chat, "cause": cause });
        let failed = verdict(&[
            request(201),
            batch("failed"),
            cause(8, "a cause of another chat"),
            cause(7, "throttled"),
        ]);
        assert!(failed[0].ends_with("it failed 1 times, the last time at 2026-11-28T10:00:01.000Z, and is tried again, up to a thousand times. The cause: throttled"));
        let reason = json!({ "message_id": "059f", "reason": "another write created the row of its number" });
        let buried = verdict(&[request(201), batch("buried"), reason]);
        assert!(
            buried[0].contains("buried at 2026-11-28T10:00:01.000Z: another write created"),
            "{buried:?}"
        );
    }

    #[test]
    fn a_record_that_was_moved_back_has_another_id() {
        let mut redriven = batch("done");
        redriven["timestamp"] = json!("2026-11-28T11:00:00.000Z");
        redriven["done"][0]["message_id"] = json!(["1111", "2222"]);
        let verdict = verdict(&[request(201), batch("buried"), redriven]);
        assert!(verdict[0].contains("buried at 2026-11-28T10:00:01.000Z"), "{verdict:?}");
        assert!(verdict[0].ends_with("moved back was stored at 2026-11-28T11:00:00.000Z"), "{verdict:?}");
    }

    #[test]
    fn a_request_without_a_record_tells_why() {
        let without_record = |mut request: Value| {
            request.as_object_mut().unwrap().remove("message_id");
            request
        };
        assert!(verdict(&[without_record(request(201))])[0].contains("under the same Idempotency-Key"));
        let mut refused = without_record(request(429));
        refused["code"] = json!("too_many_requests");
        assert!(
            verdict(&[refused])[0]
                .ends_with("refused at 2026-11-28T10:00:00.000Z with 429 too_many_requests")
        );
        let mut unknown = without_record(request(503));
        unknown["code"] = json!("outcome_unknown");
        assert!(
            verdict(&[unknown.clone(), batch("done")])[0]
                .ends_with("it may have been accepted; stored after 32 ms")
        );
        assert!(verdict(&[unknown])[0].ends_with("no batch of persist has it"));
        assert!(verdict(&[])[0].starts_with("no line of the log"));
    }

    #[test]
    fn a_stored_message_may_wait_for_the_index() {
        let mut stored = batch("done");
        stored["index_later"] = stored["done"].clone();
        let waiting = verdict(&[request(201), stored.clone()]);
        assert!(
            waiting[0]
                .ends_with("stored after 32 ms, and not indexed yet: OpenSearch did not accept it at once")
        );
        let mut failed = batch("failed");
        failed["function"] = json!("reindex");
        failed["done"] =
            json!([{ "application": APPLICATION, "chat": 8, "message_id": ["3333"], "message_number": [3] }]);
        assert_eq!(verdict(&[request(201), stored.clone(), failed.clone()]), waiting);
        let mut indexed = batch("done");
        indexed["function"] = json!("reindex");
        indexed["done"][0]["message_id"] = json!(["1111", "2222"]);
        let indexed = verdict(&[request(201), stored, failed, indexed]);
        assert!(indexed[0].contains("and indexed at 2026-11-28T10:00:01.000Z"), "{indexed:?}");
    }
}
