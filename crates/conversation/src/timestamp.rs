use std::fmt;
use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

use crate::sources::unix_millis;

const RFC_3339_MILLIS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// A moment in UTC, in milliseconds since 1970-01-01.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The last millisecond of the year 9999: RFC 3339 has four digits for the year.
const MAX_MILLIS: i64 = 253_402_300_799_999;

impl Timestamp {
    #[must_use]
    pub fn now() -> Self {
        Self::from_millis(i64::try_from(unix_millis()).unwrap_or(MAX_MILLIS))
    }

    /// Values outside of 1970 to 9999 become the nearest moment inside.
    #[must_use]
    pub fn from_millis(millis: i64) -> Self {
        Self(millis.clamp(0, MAX_MILLIS))
    }

    #[must_use]
    pub fn millis(self) -> i64 {
        self.0
    }

    /// The moment this long before, or 1970.
    #[must_use]
    pub fn before(self, duration: Duration) -> Self {
        Self::from_millis(self.0.saturating_sub(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The time since `earlier`; `None` if that is later than this.
    #[must_use]
    pub fn since(self, earlier: Self) -> Option<Duration> {
        u64::try_from(self.0 - earlier.0).ok().map(Duration::from_millis)
    }
}

/// RFC 3339 with milliseconds, as the API shows it.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = i128::from(self.0) * 1_000_000;
        let text = OffsetDateTime::from_unix_timestamp_nanos(nanos)
            .map_err(|_| fmt::Error)?
            .format(RFC_3339_MILLIS)
            .map_err(|_| fmt::Error)?;
        f.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_moment_has_an_age() {
        let (earlier, later) = (Timestamp::from_millis(5), Timestamp::from_millis(12));
        assert_eq!(later.since(earlier), Some(Duration::from_millis(7)));
        assert_eq!(later.since(later), Some(Duration::ZERO));
        assert_eq!(earlier.since(later), None);
        assert_eq!(later.before(Duration::from_millis(7)), earlier);
        assert_eq!(later.before(Duration::MAX), Timestamp::from_millis(0));
    }

    #[test]
    fn a_timestamp_is_displayed_in_utc_with_milliseconds() {
        assert_eq!(Timestamp::from_millis(0).to_string(), "1970-01-01T00:00:00.000Z");
        assert_eq!(Timestamp::from_millis(1_763_700_000_007).to_string(), "2025-11-21T04:40:00.007Z");
        assert_eq!(Timestamp::from_millis(i64::MAX).to_string(), "9999-12-31T23:59:59.999Z");
    }
}
