//! Everything random, as the seed decides it.

use std::f64::consts::TAU;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use fastrand::Rng;

/// Random numbers that a seed decides. Clones share one sequence.
#[derive(Debug, Clone)]
pub(crate) struct Random(Arc<Mutex<Rng>>);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(Rng::with_seed(seed))))
    }

    fn with<T>(&self, draw: impl FnOnce(&mut Rng) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A sequence of its own, for a part whose draws must not shift those of other parts.
    pub(crate) fn fork(&self) -> Self {
        Self(Arc::new(Mutex::new(self.with(Rng::fork))))
    }

    /// A seed for another generator.
    pub(crate) fn seed(&self) -> u64 {
        self.with(|rng| rng.u64(..))
    }

    pub(crate) fn fill(&self, bytes: &mut [u8]) {
        self.with(|rng| rng.fill(bytes));
    }

    /// True with this probability.
    pub(crate) fn chance(&self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A number from 0, included, to 1, excluded.
    pub(crate) fn unit(&self) -> f64 {
        self.with(Rng::f64)
    }

    /// A number from 0 to `end`, excluded; 0 if `end` is 0.
    pub(crate) fn below(&self, end: u64) -> u64 {
        if end == 0 { 0 } else { self.with(|rng| rng.u64(..end)) }
    }

    /// A duration between two.
    pub(crate) fn between(&self, shortest: Duration, longest: Duration) -> Duration {
        shortest + longest.saturating_sub(shortest).mul_f64(self.unit())
    }

    /// The time between two arrivals of a Poisson process with this rate, per second.
    pub(crate) fn interval(&self, rate: f64) -> Duration {
        // 1 minus a number below 1 has a logarithm.
        Duration::from_secs_f64(-(1.0 - self.unit()).ln() / rate)
    }

    /// An element of `all`; `None` if it is empty.
    pub(crate) fn pick<'a, T>(&self, all: &'a [T]) -> Option<&'a T> {
        let index = self.below(u64::try_from(all.len()).unwrap_or(u64::MAX));
        all.get(usize::try_from(index).ok()?)
    }

    /// A number from the standard normal distribution, by the method of Box and Muller.
    fn normal(&self) -> f64 {
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        radius * (TAU * self.unit()).cos()
    }
}

/// A log-normal distribution of durations.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Latency {
    median: Duration,
    /// The logarithm of the 99th percentile over the median, in standard deviations.
    sigma: f64,
}

/// The 99th percentile of the standard normal distribution.
const Z_99: f64 = 2.326;

impl Latency {
    pub(crate) fn new(median: Duration, percentile_99: Duration) -> Self {
        Self { median, sigma: percentile_99.div_duration_f64(median).ln() / Z_99 }
    }

    pub(crate) fn draw(&self, random: &Random) -> Duration {
        self.median.mul_f64((self.sigma * random.normal()).exp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_the_numbers() {
        let [one, same, other] = [1, 1, 2].map(|seed| Random::new(seed).fork().seed());
        assert_eq!(one, same);
        assert_ne!(one, other);
    }

    #[test]
    fn latencies_have_their_percentiles() {
        let random = Random::new(1);
        let latency = Latency::new(Duration::from_millis(4), Duration::from_millis(20));
        let mut drawn: Vec<Duration> = (0..10_000).map(|_| latency.draw(&random)).collect();
        drawn.sort();
        assert!((3.8..4.2).contains(&(drawn[5_000].as_secs_f64() * 1e3)), "{:?}", drawn[5_000]);
        assert!((18.0..22.0).contains(&(drawn[9_900].as_secs_f64() * 1e3)), "{:?}", drawn[9_900]);
    }
}
