//! Lines of the log. docs/logging.md says what is in them.

use std::cmp::Ordering;

use serde_json::{Map, Value};

use super::Subject;

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line(Map<String, Value>);

/// A record in a list of a batch's line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record<'a> {
    pub(super) application: &'a str,
    pub(super) chat: Option<u64>,
    pub(super) message: Option<u64>,
    pub(super) message_id: &'a str,
    /// Its position among all records of the list.
    pub(super) position: usize,
}

impl Line {
    /// `None` for a line that is no JSON object: Lambda itself writes some.
    pub(super) fn parse(text: &str) -> Option<Self> {
        match serde_json::from_str(text.trim()).ok()? {
            Value::Object(fields) => Some(Self(fields)),
            _ => None,
        }
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.0.get(name)?.as_u64()
    }

    /// UTC with milliseconds, so that texts have the order of times.
    pub(super) fn at(&self) -> &str {
        self.text("timestamp").unwrap_or_default()
    }

    /// Whether it tells how a request ended.
    pub(super) fn is_request(&self) -> bool {
        self.text("message") == Some("responded")
    }

    /// A value of a metric that has one for each record of a list.
    pub(super) fn value_at(&self, metric: &str, position: usize) -> Option<u64> {
        self.0.get(metric)?.as_array()?.get(position)?.as_u64()
    }

    /// The records of a list, such as `done`.
    pub(super) fn records(&self, list: &str) -> Vec<Record<'_>> {
        let elements = self.0.get(list).and_then(Value::as_array).into_iter().flatten();
        let mut records = Vec::new();
        for element in elements {
            let ids = element.get("message_id").and_then(Value::as_array).into_iter().flatten();
            for (row, message_id) in ids.enumerate() {
                let column = element.get("message_number").and_then(Value::as_array);
                records.push(Record {
                    application: element.get("application").and_then(Value::as_str).unwrap_or_default(),
                    chat: element.get("chat").and_then(Value::as_u64),
                    message: column.and_then(|column| column.get(row)?.as_u64()),
                    message_id: message_id.as_str().unwrap_or_default(),
                    position: records.len(),
                });
            }
        }
        records
    }

    pub(super) fn lists(&self, list: &str, is_wanted: impl Fn(&Record<'_>) -> bool) -> bool {
        self.records(list).iter().any(is_wanted)
    }

    pub(super) fn lists_any(&self, is_wanted: impl Fn(&Record<'_>) -> bool) -> bool {
        ["done", "failed", "buried"].iter().any(|list| self.lists(list, &is_wanted))
    }
}

/// By time.
impl Ord for Line {
    fn cmp(&self, other: &Self) -> Ordering {
        self.at().cmp(other.at())
    }
}

impl PartialOrd for Line {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Subject {
    /// Whether a line is about it.
    pub(super) fn is_of(&self, line: &Line) -> bool {
        line.text("application") == Some(&self.application)
            && line.number("chat") == Some(self.chat)
            && line.number("message_number") == self.message
    }

    /// Whether a line of an invocation that failed for it may say why: the line is about its chat, or about no chat.
    pub(super) fn may_have_met(&self, line: &Line) -> bool {
        line.text("application").is_none_or(|application| application == self.application)
            && line.number("chat").is_none_or(|chat| chat == self.chat)
    }

    /// Whether a record is a write to it.
    pub(super) fn has(&self, record: &Record<'_>) -> bool {
        record.application == self.application
            && record.chat == Some(self.chat)
            && record.message == self.message
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_records_of_a_list_have_one_position_each() {
        let line = Line::parse(
            r#"{"done": [
                {"application": "a", "chat": 7, "message_id": ["x", "y"], "message_number": [41, null]},
                {"application": "a", "chat": 8, "message_id": ["z"]}
            ], "StoredAfter": [31, 32, 33]}"#,
        )
        .unwrap();
        let records = line.records("done");
        let found: Vec<_> = records
            .iter()
            .map(|record| (record.message_id, record.chat, record.message, record.position))
            .collect();
        assert_eq!(found, [("x", Some(7), Some(41), 0), ("y", Some(7), None, 1), ("z", Some(8), None, 2)]);
        assert_eq!(line.value_at("StoredAfter", 2), Some(33));
        assert_eq!(line.records("failed"), []);
    }

    #[test]
    fn a_line_that_is_no_object_is_skipped() {
        assert_eq!(Line::parse("START RequestId: 1"), None);
        assert_eq!(Line::parse("[]"), None);
    }
}
