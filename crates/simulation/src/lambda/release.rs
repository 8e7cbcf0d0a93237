//! Two releases side by side, while one is deployed.
//!
//! The next release is this code with one change: its records have a version that this code does not know. Functions of the
//! next release write it and read both. Functions of this release cannot read it.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::SqsEvent;
use futures_util::future::BoxFuture;

use super::function::FunctionName;
use super::program::HandleEvents;
use crate::random::Random;

/// How long invocations may still use the old release. Assumed; AWS Lambda says that an update is eventually consistent.
pub(crate) const CHANGEOVER: Duration = Duration::from_secs(10);

const VERSION: &str = r#""version":1,"#;
const NEXT_VERSION: &str = r#""version":2,"#;
/// The same in a string of JSON.
const QUOTED_VERSION: &str = r#"\"version\":1,"#;
const QUOTED_NEXT_VERSION: &str = r#"\"version\":2,"#;

/// A release of a function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Release {
    #[default]
    This,
    Next,
}

/// When the next release of each function was deployed.
#[derive(Debug, Default)]
pub(super) struct Releases(BTreeMap<FunctionName, Duration>);

impl Releases {
    pub(super) fn deploy(&mut self, function: &FunctionName, now: Duration) {
        self.0.insert(function.clone(), now);
    }

    /// The release that an invocation uses if it starts now.
    pub(super) fn of(&self, function: &FunctionName, now: Duration, random: &Random) -> Release {
        let Some(since) = self.0.get(function) else { return Release::This };
        let elapsed = now.saturating_sub(*since).div_duration_f64(CHANGEOVER);
        if elapsed >= 1.0 || random.chance(elapsed) { Release::Next } else { Release::This }
    }
}

/// The body of a call, as a function of the release sends it.
pub(crate) fn sent_by(release: Release, body: &[u8]) -> Vec<u8> {
    match (release, std::str::from_utf8(body)) {
        (Release::Next, Ok(text)) => text.replace(QUOTED_VERSION, QUOTED_NEXT_VERSION).into_bytes(),
        _ => body.to_vec(),
    }
}

/// The record as this release would have sent it.
pub(crate) fn in_this_version(record: &str) -> String {
    record.replacen(NEXT_VERSION, VERSION, 1)
}

/// A consumer of the next release.
pub(super) struct NextConsumer(pub(super) Arc<dyn HandleEvents>);

impl HandleEvents for NextConsumer {
    fn handle(&self, mut event: SqsEvent) -> BoxFuture<'_, Vec<String>> {
        for record in &mut event.records {
            record.body = record.body.as_deref().map(in_this_version);
        }
        self.0.handle(event)
    }
}
