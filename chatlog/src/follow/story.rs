use serde::Serialize;

use super::Subject;
use super::line::Line;
use super::verdict::verdicts;
use crate::output::{Show, table};

/// What happened to a message or a chat.
#[derive(Debug, Serialize)]
pub(super) struct Story {
    events: Vec<Event>,
    /// On each write.
    verdicts: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Event {
    at: String,
    function: String,
    what: String,
}

impl Story {
    pub(super) fn new(subject: &Subject, mut lines: Vec<Line>) -> Self {
        lines.sort();
        let ids: Vec<&str> = lines
            .iter()
            .filter(|line| line.is_request())
            .filter_map(|line| line.text("message_id"))
            .collect();
        let event = |line: &Line| Event {
            at: line.at().to_owned(),
            function: line.text("function").unwrap_or_default().to_owned(),
            what: what(line, subject, &ids),
        };
        Self { events: lines.iter().map(event).collect(), verdicts: verdicts(subject, &lines) }
    }
}

/// What a line says about the subject.
fn what(line: &Line, subject: &Subject, ids: &[&str]) -> String {
    if line.is_request() {
        let status = line.number("status").unwrap_or_default();
        let code = line.text("code").map(|code| format!(" {code}"));
        let record = line.text("message_id").map(|id| format!(", record {id}"));
        return format!("answered {status}{}{}", code.unwrap_or_default(), record.unwrap_or_default());
    }
    let mut parts = Vec::new();
    for (list, text) in [
        ("done", "done"),
        ("failed", "failed, comes again"),
        ("buried", "buried"),
        ("index_later", "index later"),
    ] {
        let records = line.records(list);
        let ours = records.iter().find(|record| subject.has(record) || ids.contains(&record.message_id));
        parts.extend(ours.map(|record| format!("{text}: record {}", record.message_id)));
    }
    if parts.is_empty() {
        parts.extend(line.text("message").map(str::to_owned));
        parts.extend(line.text("cause").or_else(|| line.text("reason")).map(str::to_owned));
    }
    parts.join(", ")
}

impl Show for Story {
    fn show(&self) -> String {
        let verdicts = self.verdicts.join("\n");
        if self.events.is_empty() {
            return verdicts;
        }
        let rows =
            self.events.iter().map(|event| [event.at.clone(), event.function.clone(), event.what.clone()]);
        format!("{}\n\n{verdicts}", table(["time", "function", "what"], rows))
    }
}
