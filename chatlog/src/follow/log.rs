use anyhow::{Context, Result};
use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::error::SdkError;
use aws_sdk_cloudwatchlogs::operation::filter_log_events::FilterLogEventsError;
use conversation::Timestamp;

use super::line::Line;
use crate::deployment::Deployment;

/// The log groups of the functions.
#[derive(Debug)]
pub(super) struct Log {
    client: Client,
    stack: String,
    since: Timestamp,
}

impl Log {
    pub(super) fn new(deployment: &Deployment, since: Timestamp) -> Self {
        Self { client: Client::new(&deployment.sdk), stack: deployment.stack.clone(), since }
    }

    /// The lines of a function that match a filter pattern, or more: some engines ignore patterns. A function without a log group has
    /// none.
    pub(super) async fn lines(&self, function: &str, pattern: &str) -> Result<Vec<Line>> {
        let group = format!("/aws/lambda/{}-{function}", self.stack);
        let mut lines = Vec::new();
        let mut next = None;
        loop {
            let page = self
                .client
                .filter_log_events()
                .log_group_name(&group)
                .filter_pattern(pattern)
                .start_time(self.since.millis())
                .set_next_token(next)
                .send()
                .await;
            let page = match page {
                Err(error) if is_unknown(&error) => return Ok(lines),
                page => page.with_context(|| format!("could not read the log group {group}"))?,
            };
            let events = page.events.unwrap_or_default();
            lines.extend(events.iter().filter_map(|event| Line::parse(event.message()?)));
            next = page.next_token;
            if next.is_none() {
                return Ok(lines);
            }
        }
    }
}

fn is_unknown(error: &SdkError<FilterLogEventsError>) -> bool {
    matches!(error.as_service_error(), Some(FilterLogEventsError::ResourceNotFoundException(_)))
}
