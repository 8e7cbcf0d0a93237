use std::fmt;
use std::time::Duration;

use super::CallFault;

/// A service that the functions call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Service {
    DynamoDb,
    Sqs,
    OpenSearch,
}

impl Service {
    pub(crate) const ALL: [Self; 3] = [Self::DynamoDb, Self::Sqs, Self::OpenSearch];

    /// Its name in traces and reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::DynamoDb => "dynamodb",
            Self::Sqs => "sqs",
            Self::OpenSearch => "opensearch",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What may go wrong during an episode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Fault {
    /// Calls to a service fail in this way with this probability.
    Calls { service: Service, fault: CallFault, probability: f64 },
    /// Calls to a service take this much longer.
    Slow { service: Service, by: Duration },
    /// A service is overloaded: with this probability a call takes seconds longer, and with the same probability it is
    /// throttled or fails with a 5xx, before or after its effect.
    Brownout { service: Service, probability: f64 },
    /// FIFO queues have so few partitions yet that each of them takes this many sends a second; it throttles the rest.
    ///
    /// SQS adds partitions if "the current request rate approaches or exceeds what the existing partitions can support".
    /// How many a new queue has, and how soon it has more, is not documented: the episode says it. A partition takes 300
    /// calls of each action a second.
    /// Source: "High throughput for FIFO queues in Amazon SQS" and "Amazon SQS message quotas" in the Amazon SQS
    /// developer guide.
    QueueWarmUp { sends_per_second: u32 },
    /// OpenSearch refuses an item of a bulk request with this probability.
    RefusedItems { probability: f64 },
    /// OpenSearch indexes this many documents a second, and refuses the others with 429.
    BulkLimit { documents_per_second: u32 },
    /// The index is lost with everything in it, once, at the start of the episode.
    IndexLost,
    /// An invocation is killed within its first two seconds with this probability.
    Kills { probability: f64 },
    /// The connections of a sandbox that was frozen for more than a minute are dead with this probability.
    ///
    /// The functions' clients drop connections that were idle for 20 s. This is the case in which they do not notice,
    /// such as a clock that stood still while the sandbox was frozen.
    /// Source: "Best practices for working with AWS Lambda functions" in the AWS Lambda developer guide: "Lambda purges
    /// idle connections over time. Attempting to reuse an idle connection … will result in a connection error".
    DeadConnections { probability: f64 },
    /// A client loses the reply to a request with this probability.
    LostResponses { probability: f64 },
    /// Lambda does not delete a batch that succeeded, with this probability: its records are delivered again.
    KeptBatches { probability: f64 },
}

/// A fault that may happen from one moment of a run until another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Episode {
    pub(crate) from: Duration,
    /// Excluded.
    pub(crate) to: Duration,
    pub(crate) fault: Fault,
}

#[cfg(test)]
impl Episode {
    /// Lasts for the whole run.
    pub(crate) fn whole_run(fault: Fault) -> Self {
        Self { from: Duration::ZERO, to: Duration::MAX, fault }
    }
}
