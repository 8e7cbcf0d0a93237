use std::fmt;

use conversation::Timestamp;
use serde_json::to_string;
use tracing::{Event, Subscriber, span};
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

use crate::ALWAYS;
use crate::members::Members;

/// Writes an event as one JSON object: time, level, the fields of the event, then those of the invocation. Their names are not
/// nested, so that `{ $.application = … }` finds a line.
///
/// `tracing_subscriber`'s own JSON has no place for the object and the lists of metrics, and repeats in every line what is
/// always the same: target and name of the span.
#[derive(Debug)]
pub(crate) struct Lines {
    /// What tells the metrics of this stack from those of others, as a member.
    stack: String,
}

impl Lines {
    pub(crate) fn of(stack: &str) -> Self {
        // Text always has a JSON form.
        Self { stack: format!(",\"stack\":{}", to_string(stack).unwrap_or_default()) }
    }
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'s> LookupSpan<'s>,
    N: for<'w> FormatFields<'w> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let metadata = event.metadata();
        write!(writer, "{{\"timestamp\":\"{}\",\"level\":\"{}\"", Timestamp::now(), metadata.level())?;
        let span = context.lookup_current();
        let extensions = span.as_ref().map(|span| span.extensions());
        let fields = extensions.as_ref().and_then(|extensions| extensions.get::<FormattedFields<N>>());
        let inherited = fields.map_or("", |fields| fields.as_str());
        let mut members = Members::new(&mut writer, inherited, metadata.target() == ALWAYS);
        event.record(&mut members);
        let has_metrics = members.has_metrics;
        members.result?;
        writer.write_str(inherited)?;
        if has_metrics {
            writer.write_str(&self.stack)?;
        }
        writer.write_str("}\n")
    }
}

impl<'w> FormatFields<'w> for Lines {
    fn format_fields<R: RecordFields>(&self, mut writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut members = Members::new(&mut writer, "", false);
        fields.record(&mut members);
        members.result
    }

    fn add_fields(&self, current: &'w mut FormattedFields<Self>, fields: &span::Record<'_>) -> fmt::Result {
        self.format_fields(current.as_writer(), fields)
    }
}
