use std::collections::BTreeMap;

use dynamodb_tables::{CounterId, CounterValues, Shortfall};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::audit::Mode;
use crate::output::{Show, table};

/// The counters that contradict the rows.
#[derive(Debug)]
pub(super) struct Report {
    mode: Mode,
    pub(super) rows: u64,
    /// A counter is reported several times if rows of several tables concern it.
    shortfalls: BTreeMap<CounterId, Shortfall>,
}

impl Report {
    pub(super) fn new(mode: Mode) -> Self {
        Self { mode, rows: 0, shortfalls: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, shortfall: &Shortfall) {
        let known = self.shortfalls.entry(shortfall.counter.clone()).or_insert_with(|| shortfall.clone());
        let CounterValues { last, revision } = &mut known.needed;
        *last = shortfall.needed.last.max(*last);
        *revision = shortfall.needed.revision.max(*revision);
        known.is_deleted |= shortfall.is_deleted;
    }

    pub(super) fn counters(&self) -> usize {
        self.shortfalls.len()
    }
}

/// A counter that contradicts the rows, as it is shown.
#[derive(Debug, Serialize)]
struct Row<'a> {
    application: &'a str,
    /// Missing if the counter is the application's.
    #[serde(skip_serializing_if = "Option::is_none")]
    chat: Option<u64>,
    /// `behind`, `missing` or `not closed`.
    problem: &'static str,
    /// Missing if there was no counter.
    #[serde(skip_serializing_if = "Option::is_none")]
    last: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision: Option<u64>,
    /// Missing if the counter must be closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    needed_last: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    needed_revision: Option<u64>,
}

impl<'a> From<&'a Shortfall> for Row<'a> {
    fn from(shortfall: &'a Shortfall) -> Self {
        let Shortfall { counter, found, needed, is_deleted } = shortfall;
        let (application, chat) = match counter {
            CounterId::Application(id) => (id.as_str(), None),
            CounterId::Chat(id) => (id.application.as_str(), Some(id.chat.get())),
        };
        // Another table may have told more about one of the two values.
        let needed = (!is_deleted).then(|| {
            let found = found.unwrap_or_default();
            (needed.last.max(found.last), needed.revision.max(found.revision))
        });
        Self {
            application,
            chat,
            problem: match found {
                _ if *is_deleted => "not closed",
                Some(_) => "behind",
                None => "missing",
            },
            last: found.map(|found| found.last),
            revision: found.map(|found| found.revision),
            needed_last: needed.map(|(last, _)| last),
            needed_revision: needed.map(|(_, revision)| revision),
        }
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let counters: Vec<Row<'_>> = self.shortfalls.values().map(Row::from).collect();
        let mut report = serializer.serialize_struct("Report", 3)?;
        report.serialize_field("rows", &self.rows)?;
        report.serialize_field("is_repaired", &(self.mode == Mode::Repair))?;
        report.serialize_field("counters", &counters)?;
        report.end()
    }
}

impl Show for Report {
    fn show(&self) -> String {
        let (rows, count) = (self.rows, self.counters());
        if count == 0 {
            return format!("No counter contradicts any of {rows} rows.");
        }
        let text = |value: Option<u64>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
        let lines = self.shortfalls.values().map(Row::from).map(|row| {
            [
                row.application.to_owned(),
                text(row.chat),
                row.problem.to_owned(),
                text(row.last),
                text(row.needed_last),
                text(row.revision),
                text(row.needed_revision),
            ]
        });
        let header = ["application", "chat", "problem", "last", "needed", "revision", "needed"];
        let summary = match self.mode {
            Mode::Verify => format!("{count} counters contradict some of {rows} rows."),
            Mode::DryRun => format!("Would correct {count} counters, after a comparison with {rows} rows."),
            Mode::Repair => format!("Corrected {count} counters, after a comparison with {rows} rows."),
        };
        format!("{}\n{summary}", table(header, lines))
    }
}

#[cfg(test)]
mod tests {
    use conversation::{ApplicationId, ChatId, ChatNumber};
    use serde_json::json;

    use super::*;

    fn shortfall(
        chat: Option<u64>,
        found: Option<(u64, u64)>,
        needed: (u64, u64),
        is_deleted: bool,
    ) -> Shortfall {
        let application = ApplicationId::from_bytes([7; 16]);
        let values = |(last, revision)| CounterValues { last, revision };
        Shortfall {
            counter: match chat {
                Some(chat) => CounterId::Chat(ChatId { application, chat: ChatNumber::new(chat).unwrap() }),
                None => CounterId::Application(application),
            },
            found: found.map(values),
            needed: values(needed),
            is_deleted,
        }
    }

    fn report(mode: Mode) -> Report {
        let mut report = Report::new(mode);
        report.rows = 40;
        report.add(&shortfall(None, Some((1, 2)), (3, 1), false));
        report.add(&shortfall(Some(1), None, (6, 9), false));
        report.add(&shortfall(Some(2), Some((4, 4)), (4, 6), false));
        report.add(&shortfall(Some(2), Some((4, 4)), (0, 8), false));
        report.add(&shortfall(Some(3), Some((4, 4)), (0, 0), true));
        report
    }

    #[test]
    fn each_counter_is_shown_once_with_the_highest_values() {
        let shown = report(Mode::Verify).show();
        let lines: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
        let id = ApplicationId::from_bytes([7; 16]);
        assert_eq!(
            lines[1..5],
            [
                [id.as_str(), "-", "behind", "1", "3", "2", "2"].as_slice(),
                &[id.as_str(), "1", "missing", "-", "6", "-", "9"],
                &[id.as_str(), "2", "behind", "4", "4", "4", "8"],
                &[id.as_str(), "3", "not", "closed", "4", "-", "4", "-"],
            ]
        );
        assert!(shown.ends_with("4 counters contradict some of 40 rows."), "{shown}");
        assert!(report(Mode::DryRun).show().contains("Would correct 4 counters"));
    }

    #[test]
    fn programs_get_numbers() {
        let printed = serde_json::to_value(report(Mode::Repair)).unwrap();
        assert_eq!((&printed["rows"], &printed["is_repaired"]), (&json!(40), &json!(true)));
        let application = ApplicationId::from_bytes([7; 16]);
        assert_eq!(
            printed["counters"][1],
            json!({
                "application": application.as_str(), "chat": 1, "problem": "missing", "needed_last": 6, "needed_revision": 9,
            })
        );
    }
}
