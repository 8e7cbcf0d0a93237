//! Figures from samples.

use std::time::Duration;

/// The sample below which `percent` of the samples lie; zero if there are none.
pub(crate) fn percentile(samples: &[Duration], percent: usize) -> Duration {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    let place = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or_default()
}

pub(crate) fn median(samples: &[Duration]) -> Duration {
    percentile(samples, 50)
}

pub(crate) fn milliseconds(duration: Duration) -> String {
    format!("{:.1}", duration.as_secs_f64() * 1e3)
}

pub(crate) fn microseconds(duration: Duration) -> String {
    format!("{:.0}", duration.as_secs_f64() * 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_samples() {
        let samples: Vec<Duration> = (1..=10).rev().map(Duration::from_millis).collect();
        assert_eq!(median(&samples), Duration::from_millis(6));
        assert_eq!(percentile(&samples, 90), Duration::from_millis(10));
        assert_eq!(percentile(&samples, 100), Duration::from_millis(10));
        assert_eq!(percentile(&samples, 0), Duration::from_millis(1));
        assert_eq!(median(&[]), Duration::ZERO);
    }

    #[test]
    fn durations_are_written_in_their_unit() {
        assert_eq!(milliseconds(Duration::from_micros(1_250)), "1.2");
        assert_eq!(microseconds(Duration::from_nanos(1_600)), "2");
    }
}
