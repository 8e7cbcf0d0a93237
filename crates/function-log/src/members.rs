use std::fmt::{self, Debug, Write};

use serde_json::to_string;
use tracing::field::{Field, Visit};

/// The name of the field whose value is [`Metrics`](crate::Metrics): several members, with values of their own.
const METRICS: &str = "metrics";

/// Writes fields as members of a JSON object, each with a comma before it.
pub(crate) struct Members<'a, W> {
    writer: &'a mut W,
    /// The members that the line has anyway. A field of the same name is not repeated.
    inherited: &'a str,
    /// Whether values that are given as `Debug` are JSON.
    has_json: bool,
    pub(crate) has_metrics: bool,
    pub(crate) result: fmt::Result,
}

impl<'a, W: Write> Members<'a, W> {
    pub(crate) fn new(writer: &'a mut W, inherited: &'a str, has_json: bool) -> Self {
        Self { writer, inherited, has_json, has_metrics: false, result: Ok(()) }
    }

    fn add(&mut self, field: &Field, json: &dyn fmt::Display) {
        let name = field.name();
        // In a value, the quotes would be escaped.
        if self.result.is_ok() && !self.inherited.contains(&format!("\"{name}\":")) {
            self.result = write!(self.writer, ",\"{name}\":{json}");
        }
    }

    fn add_text(&mut self, field: &Field, text: &str) {
        match to_string(text) {
            Ok(json) => self.add(field, &json),
            Err(_) => self.result = Err(fmt::Error),
        }
    }
}

impl<W: Write> Visit for Members<'_, W> {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.add(field, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.add(field, &value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.add(field, &value);
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.add_text(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let text = format!("{value:?}");
        if !self.has_json || field.name() == "message" {
            self.add_text(field, &text);
        } else if field.name() != METRICS {
            self.add(field, &text);
        } else if self.result.is_ok() && !text.is_empty() {
            self.has_metrics = true;
            self.result = write!(self.writer, ",{text}");
        }
    }
}
