use std::time::Duration;

use crate::Parameter;
use crate::error::Result;
use crate::node::Node;
use crate::resources::{Resources, kind};

/// The event source mapping from a queue to a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueEvent {
    /// The logical id of the queue.
    pub queue: String,
    /// How many messages one invocation receives at most.
    pub batch_size: u32,
    /// How long messages are gathered for a batch that is not full (`MaximumBatchingWindowInSeconds`).
    pub batching_window: Duration,
    /// Whether the function reports which messages of a batch failed (`ReportBatchItemFailures`).
    pub reports_batch_item_failures: bool,
    /// How many invocations may run at the same time (`ScalingConfig.MaximumConcurrency`), by default if that is a parameter;
    /// `None` if it is not limited.
    pub maximum_concurrency: Option<u32>,
}

impl QueueEvent {
    pub(crate) fn read(
        event: &Node<'_>,
        resources: &Resources<'_>,
        parameters: &[Parameter],
    ) -> Result<Self> {
        let properties = event.get("Properties")?;
        let (queue, _) = resources.of_arn(&properties.get("Queue")?, kind::QUEUE)?;
        let mut reports_batch_item_failures = false;
        for response in properties.find("FunctionResponseTypes").iter().flat_map(Node::elements) {
            reports_batch_item_failures |= response.text()? == "ReportBatchItemFailures";
        }
        let window =
            properties.find("MaximumBatchingWindowInSeconds").map(|window| window.number()).transpose()?;
        Ok(Self {
            queue: queue.clone(),
            batch_size: properties.get("BatchSize")?.number()?,
            batching_window: Duration::from_secs(window.unwrap_or_default()),
            reports_batch_item_failures,
            maximum_concurrency: properties
                .find("ScalingConfig.MaximumConcurrency")
                .map(|limit| Parameter::number(&limit, parameters))
                .transpose()?,
        })
    }
}
