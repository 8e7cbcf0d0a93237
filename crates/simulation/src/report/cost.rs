use std::fmt;

use aws_prices::{
    GB_SECOND, MILLION, MILLION_API_REQUESTS, MILLION_FIFO_REQUESTS, MILLION_INVOCATIONS, MILLION_READ_UNITS,
    MILLION_WRITE_UNITS,
};

use super::numbers::float;
use crate::history::{BilledService, Metrics};

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
        let of_units = write_units * MILLION_WRITE_UNITS + read_units * MILLION_READ_UNITS;
        let usd = (of_requests.sum::<f64>() + of_units) / MILLION
            + metrics.lambda_gb_seconds * per_million * GB_SECOND;
        Self { requests, write_units, read_units, usd }
    }
}

/// USD per million requests. A request to SQS is up to 64 KB; the few to the standard queue count as if it were FIFO.
fn price(service: BilledService) -> f64 {
    match service {
        BilledService::ApiGateway => MILLION_API_REQUESTS,
        // By units, not by requests.
        BilledService::DynamoDb => 0.0,
        BilledService::Lambda => MILLION_INVOCATIONS,
        BilledService::Sqs => MILLION_FIFO_REQUESTS,
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
