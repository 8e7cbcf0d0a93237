//! One module for each measurement.

pub(crate) mod calls;
pub(crate) mod cold_start;
pub(crate) mod cost;
pub(crate) mod cpu;
pub(crate) mod drain;
pub(crate) mod memory;
pub(crate) mod sizes;

use std::time::Duration;

use simulated_aws::Service;

/// How long a service takes for a call: those of DynamoDB and OpenSearch are from the budget of `drain`, that of SQS is the median
/// that `docs/scale.md` assumes.
fn assumed_latency(service: Service) -> Duration {
    Duration::from_millis(match service {
        Service::DynamoDb => 5,
        Service::Sqs => 8,
        Service::OpenSearch => 15,
    })
}
