use serde::Serialize;

use super::metrics::THROTTLES;
use crate::index;
use crate::output::{Show, table};

/// What `chatlog status` prints.
#[derive(Debug, Serialize)]
pub(super) struct Status {
    pub(super) stack: String,
    pub(super) queues: Vec<Queue>,
    pub(super) dead_letters: Vec<Queue>,
    pub(super) tables: Vec<Table>,
    /// Why CloudWatch could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metrics_error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) index: Option<index::status::Status>,
    /// Why the index could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) index_error: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Queue {
    pub(super) name: String,
    /// Those that wait, about.
    pub(super) visible: u64,
    /// Those that a function has, or that wait for their next attempt, about.
    pub(super) in_flight: u64,
    /// `null` without data.
    pub(super) oldest_seconds: Option<u64>,
}

/// The throttles of the last hour; `null` without data.
#[derive(Debug, Serialize)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) read_throttles: Option<u64>,
    pub(super) write_throttles: Option<u64>,
}

impl Show for Status {
    fn show(&self) -> String {
        let queues = self.queues.iter().chain(&self.dead_letters).map(|queue| {
            let Queue { name, visible, in_flight, oldest_seconds } = queue;
            let age = oldest_seconds.map_or_else(no_data, |seconds| format!("{seconds} s"));
            [name.clone(), visible.to_string(), in_flight.to_string(), age]
        });
        let mut parts = vec![table(["queue", "visible", "in flight", "oldest"], queues)];
        let number = |value: Option<u64>| value.map_or_else(no_data, |value| value.to_string());
        let tables = self
            .tables
            .iter()
            .map(|table| [table.name.clone(), number(table.read_throttles), number(table.write_throttles)]);
        let hours = THROTTLES.as_secs() / 3_600;
        parts.push(format!(
            "{}\nThrottles of the last {hours} h. CloudWatch has no data for what did not happen.",
            table(["table", "throttled reads", "throttled writes"], tables)
        ));
        if let Some(error) = &self.metrics_error {
            parts.push(format!("CloudWatch could not be asked: {error}"));
        }
        let dead: u64 = self.dead_letters.iter().map(|queue| queue.visible + queue.in_flight).sum();
        if dead > 0 {
            parts.push(format!(
                "{dead} records could not be applied: `chatlog dead-letters list` shows them."
            ));
        }
        parts.extend(self.index.as_ref().map(Show::show));
        if let Some(error) = &self.index_error {
            parts.push(format!("The index could not be asked: {error}"));
        }
        parts.join("\n\n")
    }
}

fn no_data() -> String {
    "no data".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status() -> Status {
        let queue = |name: &str, visible, oldest_seconds| Queue {
            name: name.to_owned(),
            visible,
            in_flight: 1,
            oldest_seconds,
        };
        Status {
            stack: "chatlog".to_owned(),
            queues: vec![queue("chatlog-writes.fifo", 3, Some(70)), queue("chatlog-index", 0, None)],
            dead_letters: vec![queue("chatlog-writes-dlq.fifo", 2, None)],
            tables: vec![Table {
                name: "chatlog-chats".to_owned(),
                read_throttles: None,
                write_throttles: Some(4),
            }],
            metrics_error: None,
            index: None,
            index_error: Some("connection refused".to_owned()),
        }
    }

    #[test]
    fn what_is_known_is_shown_although_the_rest_cannot_be_asked() {
        let shown = status().show();
        let rows: Vec<Vec<&str>> = shown.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[1], ["chatlog-writes.fifo", "3", "1", "70", "s"]);
        assert_eq!(rows[2], ["chatlog-index", "0", "1", "no", "data"]);
        assert!(shown.contains("3 records could not be applied"), "{shown}");
        assert!(shown.ends_with("The index could not be asked: connection refused"), "{shown}");
    }

    #[test]
    fn programs_get_null_for_what_has_no_data() {
        let printed = serde_json::to_value(status()).unwrap();
        assert_eq!(printed["queues"][0]["oldest_seconds"], 70);
        assert!(printed["queues"][1]["oldest_seconds"].is_null());
        assert_eq!(printed["tables"][0]["write_throttles"], 4);
    }
}
