use std::time::Duration;

use crate::error::Result;
use crate::node::Node;
use crate::resources::{Resources, kind, name_after_stack};

/// How long SQS hides a received message if the template does not say.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html>
const DEFAULT_VISIBILITY_TIMEOUT: u64 = 30;
/// How long SQS keeps a message if the template does not say: four days. Source: the same page.
const DEFAULT_RETENTION: u64 = 345_600;

/// An SQS queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The logical id, such as `Writes`.
    pub id: String,
    /// The name without the stack's, such as `writes.fifo`.
    pub name: String,
    /// The settings of a FIFO queue; `None` for a standard queue.
    pub fifo: Option<Fifo>,
    /// How long a received message stays hidden from other receivers.
    pub visibility_timeout: Duration,
    /// How long the queue keeps a message.
    pub retention: Duration,
    pub redrive: Option<Redrive>,
}

/// The settings of a FIFO queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fifo {
    /// Whether a deduplication id counts within its message group (`messageGroup`), not within the whole queue.
    pub deduplicates_per_group: bool,
    /// Whether the throughput limit counts for each message group (`perMessageGroupId`), not for the whole queue.
    pub throughput_per_group: bool,
}

/// Where messages go that were received too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrive {
    /// The logical id of the dead-letter queue.
    pub queue: String,
    /// After how many receives a message moves there.
    pub max_receive_count: u32,
}

impl Queue {
    pub(crate) fn read(id: &str, node: &Node<'_>, resources: &Resources<'_>) -> Result<Self> {
        let properties = node.get("Properties")?;
        let visibility = properties.find("VisibilityTimeout").map(|timeout| timeout.number()).transpose()?;
        let retention =
            properties.find("MessageRetentionPeriod").map(|period| period.number()).transpose()?;
        let redrive = properties.find("RedrivePolicy").map(|policy| Redrive::read(&policy, resources));
        Ok(Self {
            id: id.to_owned(),
            name: name_after_stack(&properties.get("QueueName")?)?,
            fifo: Fifo::read(&properties)?,
            visibility_timeout: Duration::from_secs(visibility.unwrap_or(DEFAULT_VISIBILITY_TIMEOUT)),
            retention: Duration::from_secs(retention.unwrap_or(DEFAULT_RETENTION)),
            redrive: redrive.transpose()?,
        })
    }
}

impl Fifo {
    fn read(properties: &Node<'_>) -> Result<Option<Self>> {
        let Some(true) = properties.find("FifoQueue").map(|fifo| fifo.boolean()).transpose()? else {
            return Ok(None);
        };
        let is = |property, expected| -> Result<bool> {
            match properties.find(property) {
                Some(value) => Ok(value.text()? == expected),
                None => Ok(false),
            }
        };
        Ok(Some(Self {
            deduplicates_per_group: is("DeduplicationScope", "messageGroup")?,
            throughput_per_group: is("FifoThroughputLimit", "perMessageGroupId")?,
        }))
    }
}

impl Redrive {
    fn read(policy: &Node<'_>, resources: &Resources<'_>) -> Result<Self> {
        let (queue, _) = resources.of_arn(&policy.get("deadLetterTargetArn")?, kind::QUEUE)?;
        Ok(Self { queue: queue.clone(), max_receive_count: policy.get("maxReceiveCount")?.number()? })
    }
}
