use std::fmt;

use super::numbers::float;
use crate::history::{BilledService, Metrics};

/// USD per GB-second on arm64, first tier. Source: "AWS Lambda pricing".
const PER_GB_SECOND: f64 = 0.000_013_333_4;
/// USD per million units on demand, of the table class Standard. Source: "Amazon DynamoDB pricing", as since November 2024.
const PER_MILLION_WRITE_UNITS: f64 = 0.625;
const PER_MILLION_READ_UNITS: f64 = 0.125;

const MILLION: f64 = 1_000_000.0;

/// What a million accepted messages use. Everything else that the run did is included. All 0 without messages.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// Of each service, in the order of names.
    pub requests: Vec<(BilledService, f64)>,
    pub write_units: f64,
    pub read_units: f64,
    /// Without storage, logs, idle polling and the OpenSearch domain, which is billed by the hour.
    pub usd: f64,
}

impl Cost {
    #[must_use]
    pub fn of(metrics: &Metrics, messages: u64) -> Self {
        let per_million = if messages == 0 { 0.0 } else { MILLION / float(messages) };
        let requests = metrics.requests.iter();
        let requests: Vec<_> =
            requests.map(|(service, count)| (*service, float(*count) * per_million)).collect();
        let (write_units, read_units) = (metrics.write_units * per_million, metrics.read_units * per_million);
        let of_requests = requests.iter().map(|(service, count)| count * price(*service));
        let of_units = write_units * PER_MILLION_WRITE_UNITS + read_units * PER_MILLION_READ_UNITS;
        let usd = (of_requests.sum::<f64>() + of_units) / MILLION
            + metrics.lambda_gb_seconds * per_million * PER_GB_SECOND;
        Self { requests, write_units, read_units, usd }
    }
}

/// USD per million requests, us-east-1, first tier, without free tiers. Sources: "Cost optimization" in "Best Practices for Designing
/// Amazon API Gateway Private APIs and Private Integration" (docs.aws.amazon.com), REST APIs; "AWS Lambda pricing"; "Amazon SQS
/// pricing", FIFO queues. A request to SQS is up to 64 KB.
fn price(service: BilledService) -> f64 {
    match service {
        BilledService::ApiGateway => 3.50,
        // By units, not by requests.
        BilledService::DynamoDb => 0.0,
        BilledService::Lambda => 0.20,
        BilledService::Sqs => 0.50,
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let requests: Vec<_> = self
            .requests
            .iter()
            .map(|(service, count)| format!("{service} {:.2} M", count / MILLION))
            .collect();
        writeln!(f, "| requests per million messages | {} |", requests.join(", "))?;
        let (write, read) = (self.write_units / MILLION, self.read_units / MILLION);
        writeln!(f, "| units per million messages | {write:.2} M write, {read:.2} M read |")?;
        writeln!(f, "| USD per million messages | {:.2} |", self.usd)
    }
}
