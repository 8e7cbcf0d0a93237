//! No chat delays another, and nothing delays all of them.

use std::time::Duration;

use super::bounds::Limits;
use super::rule::Rule;
use super::violation::Violation;
use crate::history::{Metrics, Subject, Visibility};

pub(super) fn check(metrics: &Metrics, limits: &Limits) -> Vec<Violation> {
    let (busy, others) = metrics.busy_and_others();
    let mut violations = Vec::new();
    if let Some(limit) = limits.readable {
        violations.extend(late(Subject::Region, &others, limit));
    }
    if let (Some(chat), Some(limit)) = (metrics.busy_chat, limits.busy_readable) {
        violations.extend(late(Subject::Chat(chat), &busy, limit));
    }
    violations
}

/// One in a hundred messages may take longer. Those that were deleted before are not counted.
fn late(subject: Subject, messages: &[&Visibility], limit: Duration) -> Option<Violation> {
    let delays: Vec<Duration> = messages.iter().filter_map(|message| message.readable_after()).collect();
    let late = delays.iter().filter(|delay| **delay > limit).count();
    let longest = delays.iter().max()?.as_secs_f64();
    let (all, limit) = (delays.len(), limit.as_secs());
    (late > all / 100).then(|| {
        let finding = format!(
            "{late} of {all} messages were readable later than {limit} s after they were accepted, the last one after {longest:.0} s"
        );
        Violation::new(Rule::HeldUp, subject, finding)
    })
}
