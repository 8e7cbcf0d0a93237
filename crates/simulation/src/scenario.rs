//! The scenarios by name.

mod faulty;
mod loaded;
mod named;
mod random;
#[cfg(test)]
mod tests;

use std::time::Duration;

use crate::checker::Limits;
use crate::faults::{Episode, Fault, random_episodes};
use crate::lambda::FunctionName;
use crate::random::Random;
use crate::workload::{Setup, Stream};

/// What happens in a run, but for its seed.
#[derive(Debug, Clone)]
pub struct Scenario {
    pub name: &'static str,
    /// One sentence.
    pub summary: &'static str,
    /// What exists before the measured part of the run.
    pub(crate) setup: Setup,
    /// The writes, which all streams send side by side.
    pub(crate) streams: Vec<Stream>,
    /// Clients that read chats page by page; of the busy chat if there is one.
    pub(crate) followers: u32,
    /// Clients that search.
    pub(crate) searchers: u32,
    /// Clients that read single messages.
    pub(crate) readers: u32,
    /// How many unreadable records are put on the queue of writes; in the group of the busy chat if there is one.
    pub(crate) unreadable_records: u32,
    /// The account's limit of concurrent executions.
    pub(crate) concurrency: u32,
    pub limits: Limits,
    faults: FaultPlan,
    /// The part of the run in which the next release is deployed.
    deployment: Option<(f64, f64)>,
}

/// What goes wrong, and when.
#[derive(Debug, Clone)]
enum FaultPlan {
    /// Each for a part of the run: from and to are fractions of its length.
    Parts(Vec<(f64, f64, Fault)>),
    /// The seed decides.
    Random,
}

impl Scenario {
    /// How long the writes take to arrive, on average.
    pub(crate) fn length(&self) -> Duration {
        self.streams.iter().map(Stream::end).max().unwrap_or_default()
    }

    /// How many writes the clients send.
    pub(crate) fn writes(&self) -> u32 {
        self.streams.iter().map(|stream| stream.writes).sum()
    }

    /// When the next release of each function is deployed, in the order of time. The seed decides the moments.
    pub(crate) fn deployments(
        &self,
        functions: impl Iterator<Item = FunctionName>,
        random: &Random,
    ) -> Vec<(Duration, FunctionName)> {
        let Some((from, to)) = self.deployment else { return Vec::new() };
        let moment = || random.between(self.length().mul_f64(from), self.length().mul_f64(to));
        let mut deployments: Vec<_> = functions.map(|name| (moment(), name)).collect();
        deployments.sort();
        deployments
    }

    /// What goes wrong, and when.
    pub(crate) fn episodes(&self, random: &Random) -> Vec<Episode> {
        let length = self.length();
        match &self.faults {
            FaultPlan::Random => random_episodes(random, length),
            FaultPlan::Parts(parts) => parts
                .iter()
                .map(|(from, to, fault)| Episode {
                    from: length.mul_f64(*from),
                    to: length.mul_f64(*to),
                    fault: *fault,
                })
                .collect(),
        }
    }
}
