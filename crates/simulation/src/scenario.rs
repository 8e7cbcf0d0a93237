//! The scenarios by name.

mod faulty;
mod loaded;
mod named;
mod random;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;
use std::time::Duration;

use deployment_template::Function;

use crate::checker::Limits;
use crate::faults::{Episode, Fault, random_episodes};
use crate::lambda::{CHANGEOVER, FunctionName};
use crate::random::Random;
use crate::workload::{Setup, Stream};

/// What happens in a run, apart from what the seed decides.
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
    deployment: Option<Part>,
}

/// A part of a run, as fractions of its length.
type Part = Range<f64>;

/// What goes wrong, and when.
#[derive(Debug, Clone)]
enum FaultPlan {
    Nothing,
    During(Part, Fault),
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
        functions: &[Function],
        random: &Random,
    ) -> Vec<(Duration, FunctionName)> {
        let Some(part) = &self.deployment else { return Vec::new() };
        let (from, to) = self.moments(part);
        let mut moments: BTreeMap<&str, Duration> = BTreeMap::new();
        let mut deployments = Vec::new();
        while deployments.len() < functions.len() {
            let deployed = deployments.len();
            for function in functions {
                // CloudFormation waits until a function is updated before it updates those that depend on it.
                let after = function.depends_on.iter().map(|id| Some(*moments.get(&**id)? + CHANGEOVER));
                let Some(after) = after.collect::<Option<Vec<Duration>>>() else { continue };
                if !moments.contains_key(&*function.id) {
                    let first = after.into_iter().max().unwrap_or(from);
                    let moment = random.between(first, to.max(first));
                    moments.insert(&function.id, moment);
                    deployments.push((moment, FunctionName::new(&function.name)));
                }
            }
            if deployments.len() == deployed {
                // The rest depends on something else than functions, or on itself. AWS refuses such a template.
                break;
            }
        }
        deployments.sort();
        deployments
    }

    /// What goes wrong, and when.
    pub(crate) fn episodes(&self, random: &Random) -> Vec<Episode> {
        match &self.faults {
            FaultPlan::Nothing => Vec::new(),
            FaultPlan::During(part, fault) => {
                let (from, to) = self.moments(part);
                vec![Episode { from, to, fault: *fault }]
            }
            FaultPlan::Random => random_episodes(random, self.length()),
        }
    }

    /// When a part starts and ends.
    fn moments(&self, part: &Part) -> (Duration, Duration) {
        (self.length().mul_f64(part.start), self.length().mul_f64(part.end))
    }
}
