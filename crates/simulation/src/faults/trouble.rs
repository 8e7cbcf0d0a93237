use std::time::Duration;

/// What goes wrong with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// No connection is made, so the call is certainly not sent.
    Refused,
    /// The connection breaks before the call has an effect.
    NotReceived,
    /// The call has its effect, but the connection breaks before the reply.
    ReplyLost,
    /// The service refuses the call: too many requests.
    Throttled,
    /// The service replies with a 5xx; the call has no effect.
    ServerError,
    /// The service replies with a 5xx; the call has its effect.
    /// Source: "Error handling with DynamoDB" in the Amazon DynamoDB developer guide, on status 500: a write may have
    /// succeeded or failed.
    ServerErrorAfterEffect,
    /// Nobody replies; the call has no effect.
    Silent,
    /// Nobody replies in time, and the call has its effect after this.
    Late(Duration),
}

impl Fault {
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Refused => "connection refused",
            Self::NotReceived => "call not received",
            Self::ReplyLost => "reply lost after the effect",
            Self::Throttled => "call throttled",
            Self::ServerError => "5xx",
            Self::ServerErrorAfterEffect => "5xx after the effect",
            Self::Silent => "no reply, no effect",
            Self::Late(_) => "no reply, late effect",
        }
    }

    /// Whether the call has its effect in spite of it.
    pub(crate) fn has_effect(self) -> bool {
        matches!(self, Self::ReplyLost | Self::ServerErrorAfterEffect | Self::Late(_))
    }
}

/// The services that faults tell apart.
pub const SERVICES: [&str; 3] = ["dynamodb", "sqs", "opensearch"];

/// What may go wrong during an episode.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Trouble {
    /// Calls to a service have a fault with this probability.
    Calls { service: &'static str, fault: Fault, probability: f64 },
    /// Calls to a service take this much longer.
    Slow { service: &'static str, by: Duration },
    /// A service is overloaded: with this probability a call takes seconds longer, and with the same probability it is
    /// throttled or fails with a 5xx, before or after its effect.
    Brownout { service: &'static str, probability: f64 },
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
    /// The index is gone, once, at the start of the episode, with everything that was in it.
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

/// Trouble for some time of the run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Episode {
    pub from: Duration,
    pub to: Duration,
    pub trouble: Trouble,
}
