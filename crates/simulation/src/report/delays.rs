use std::fmt;
use std::time::Duration;

use crate::history::Visibility;

/// How long messages take until they are visible.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Delays {
    /// From accepted to readable.
    pub readable: Percentiles,
    /// From accepted to searchable.
    pub searchable: Percentiles,
}

/// The delays that 50 % and 99 % of the messages do not exceed; `None` without messages.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Percentiles {
    pub p50: Option<Duration>,
    pub p99: Option<Duration>,
}

impl Delays {
    /// Without messages that were deleted before.
    #[must_use]
    pub fn of(visibility: &[&Visibility]) -> Self {
        let readable = visibility.iter().filter_map(|message| message.readable_after());
        let searchable = visibility.iter().filter_map(|message| message.searchable_after());
        Self {
            readable: Percentiles::of(readable.collect()),
            searchable: Percentiles::of(searchable.collect()),
        }
    }
}

impl Percentiles {
    /// By the nearest rank.
    #[must_use]
    pub fn of(mut delays: Vec<Duration>) -> Self {
        delays.sort_unstable();
        let rank = |percent: usize| delays.len().saturating_mul(percent).div_ceil(100).checked_sub(1);
        let percentile = |percent| rank(percent).and_then(|position| delays.get(position)).copied();
        Self { p50: percentile(50), p99: percentile(99) }
    }
}

impl fmt::Display for Percentiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.p50, self.p99) {
            (Some(p50), Some(p99)) => {
                write!(f, "p50 {:.3} s, p99 {:.3} s", p50.as_secs_f64(), p99.as_secs_f64())
            }
            _ => f.write_str("no messages"),
        }
    }
}
