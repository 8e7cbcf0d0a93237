//! A region: the functions with their services, and the time and randomness that all of them share.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use deployment_template::Template;
use tokio::time::sleep;

use crate::clock::Clock;
use crate::context::RunContext;
use crate::faults::{Episode, Faults};
use crate::gateway::Gateway;
use crate::lambda::{EventSource, FunctionName, Lambda, Sandboxes};
use crate::network::Network;
use crate::observer::Observer;
use crate::random::Random;
use crate::services::dynamodb::DynamoDb;
use crate::services::index::Index;
use crate::services::sqs::Sqs;
use crate::trace::Trace;

/// How often the region looks whether its queues are drained.
const DRAIN_CHECK: Duration = Duration::from_secs(1);

/// What a run is made from.
#[derive(Debug)]
pub(crate) struct Settings {
    /// Decides everything random.
    pub(crate) seed: u64,
    pub(crate) episodes: Vec<Episode>,
    /// The account's limit of concurrent executions.
    pub(crate) concurrency: u32,
    pub(crate) trace: Trace,
}

/// A running region.
#[derive(Debug)]
pub(crate) struct Region {
    pub(crate) context: RunContext,
    pub(crate) template: Template,
    pub(crate) random: Random,
    pub(crate) dynamodb: Arc<DynamoDb>,
    pub(crate) sqs: Arc<Sqs>,
    pub(crate) index: Index,
    pub(crate) lambda: Lambda,
    pub(crate) gateway: Gateway,
}

/// The template of this checkout.
///
/// # Errors
/// The template is malformed.
pub(crate) fn template() -> Result<Template> {
    Ok(Template::parse(include_str!("../../../template.yaml"))?)
}

impl Region {
    /// Starts a region in virtual time: its services are empty, and its functions wait for events. Replaces the time and the
    /// randomness of the functions on this thread.
    ///
    /// # Errors
    /// The template does not fit the simulation.
    pub(crate) fn start(template: Template, settings: Settings) -> Result<Self> {
        let Settings { seed, episodes, concurrency, trace } = settings;
        let (clock, random) = (Clock::start(), Random::new(seed));
        replace_time_and_randomness(clock, &random);
        // Each part has a sequence of its own. The order of the forks decides what a seed means.
        let faults = Faults::new(episodes, random.fork());
        let context = RunContext { clock, faults, observer: Observer::default(), trace };
        let dynamodb = Arc::new(DynamoDb::new(&template)?);
        let sqs = Arc::new(Sqs::new(&template, context.faults.clone(), &random));
        let index = Index::new(context.clone(), random.fork());
        let network = Network::new(context.clone(), Arc::clone(&dynamodb), Arc::clone(&sqs), random.fork());
        let sandboxes = Sandboxes::new(&template, network, index.clone(), clock)?;
        let lambda = Lambda::new(&template, sandboxes, concurrency, context.clone(), random.fork());
        let gateway = Gateway::new(&template, lambda.clone(), context.clone(), random.fork())?;
        let region = Self { context, template, random, dynamodb, sqs, index, lambda, gateway };
        region.start_pollers();
        Ok(region)
    }

    fn start_pollers(&self) {
        for function in &self.template.functions {
            for event in &function.queue_events {
                let visibility_timeout =
                    self.template.queue(&event.queue).map(|queue| queue.visibility_timeout);
                let source = EventSource {
                    function: FunctionName::new(&function.name),
                    event: event.clone(),
                    visibility_timeout: visibility_timeout.unwrap_or_default(),
                    lambda: self.lambda.clone(),
                    sqs: Arc::clone(&self.sqs),
                    context: self.context.clone(),
                };
                tokio::spawn(source.poll());
            }
        }
    }

    /// The queues whose records invoke a function.
    pub(crate) fn queues(&self) -> impl Iterator<Item = &str> {
        self.template.functions.iter().flat_map(|function| &function.queue_events).map(|event| &*event.queue)
    }

    /// The name of a queue, such as `writes.fifo`.
    pub(crate) fn queue_name(&self, id: &str) -> Arc<str> {
        self.template.queue(id).map_or(id, |queue| &queue.name).into()
    }

    /// Whether the queues are empty and no function runs.
    pub(crate) fn is_drained(&self) -> bool {
        self.lambda.running_in_total() == 0 && self.queues().all(|queue| self.sqs.is_empty(queue))
    }

    /// Waits until all work is done, for at most `limit`. Returns whether it is done.
    pub(crate) async fn drain(&self, limit: Duration) -> bool {
        let deadline = self.context.now() + limit;
        while !self.is_drained() && self.context.now() < deadline {
            sleep(DRAIN_CHECK).await;
        }
        self.is_drained()
    }
}

/// For the domain and the SDK, on this thread.
fn replace_time_and_randomness(clock: Clock, random: &Random) {
    let of_functions = random.fork();
    // The jitter of retries and the invocation ids of the SDK.
    fastrand::seed(random.seed());
    conversation::simulated::set_clock(move || clock.since_1970());
    conversation::simulated::set_random(move |bytes| of_functions.fill(bytes));
}
