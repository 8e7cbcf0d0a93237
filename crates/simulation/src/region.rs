//! One run: a region with the functions, their services, and the time and randomness that all of them share.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use deployment_template::Template;
use tokio::time::sleep;

use crate::clock::Clock;
use crate::faults::{Episode, Faults};
use crate::gateway::Gateway;
use crate::http::Network;
use crate::lambda::{Lambda, Programs, Source, poll};
use crate::observer::Observer;
use crate::random::Random;
use crate::services::dynamodb::DynamoDb;
use crate::services::index::Index;
use crate::services::sqs::Sqs;
use crate::trace::Trace;

/// How often the region looks whether its queues are drained.
const CHECK: Duration = Duration::from_secs(1);

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
    pub(crate) clock: Clock,
    pub(crate) template: Template,
    pub(crate) random: Random,
    pub(crate) faults: Faults,
    pub(crate) trace: Trace,
    pub(crate) observer: Observer,
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
        let clock = Clock::start();
        let random = Random::new(seed);
        let of_functions = random.fork();
        // The jitter of retries and the invocation ids of the SDK.
        fastrand::seed(random.seed());
        conversation::simulated::set_clock(move || clock.since_1970());
        conversation::simulated::set_random(move |bytes| of_functions.fill(bytes));

        let faults = Faults::new(episodes, random.fork());
        let observer = Observer::default();
        let dynamodb = Arc::new(DynamoDb::new(&template)?);
        let sqs = Arc::new(Sqs::new(&template, faults.clone(), &random));
        let index = Index::new(clock, faults.clone(), random.fork(), trace.clone());
        let network = Network::new(
            clock,
            Arc::clone(&dynamodb),
            Arc::clone(&sqs),
            faults.clone(),
            random.fork(),
            observer.clone(),
            trace.clone(),
        );
        let programs = Programs::new(&template, network, index.clone(), clock)?;
        let lambda = Lambda::new(
            &template,
            programs,
            concurrency,
            clock,
            faults.clone(),
            random.fork(),
            trace.clone(),
        );
        let gateway = Gateway::new(
            &template,
            lambda.clone(),
            clock,
            faults.clone(),
            observer.clone(),
            random.fork(),
            trace.clone(),
        )?;
        let region =
            Self { clock, template, random, faults, trace, observer, dynamodb, sqs, index, lambda, gateway };
        region.start_pollers();
        Ok(region)
    }

    fn start_pollers(&self) {
        for function in &self.template.functions {
            for event in &function.queue_events {
                let visibility_timeout =
                    self.template.queue(&event.queue).map(|queue| queue.visibility_timeout);
                let source = Source {
                    function: function.name.clone(),
                    event: event.clone(),
                    visibility_timeout: visibility_timeout.unwrap_or_default(),
                    lambda: self.lambda.clone(),
                    sqs: Arc::clone(&self.sqs),
                    faults: self.faults.clone(),
                    observer: self.observer.clone(),
                    clock: self.clock,
                };
                tokio::spawn(poll(source));
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
        let deadline = self.clock.now() + limit;
        while !self.is_drained() && self.clock.now() < deadline {
            sleep(CHECK).await;
        }
        self.is_drained()
    }
}
