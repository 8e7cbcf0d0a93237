use std::collections::BTreeMap;

use simulated_aws::Units;

use crate::history::BilledService;
use crate::region::Region;

/// What is billed.
#[derive(Debug)]
pub(super) struct Consumption {
    pub(super) requests: BTreeMap<BilledService, u64>,
    pub(super) gb_seconds: f64,
    pub(super) units: Units,
}

impl Consumption {
    /// Since the start of the region.
    pub(super) fn of(region: &Region) -> Self {
        let usage = region.lambda.usage();
        let mut requests = region.context.observer.requests();
        requests.insert(BilledService::Lambda, usage.invocations);
        Self { requests, gb_seconds: usage.gb_seconds, units: region.dynamodb.units() }
    }

    /// Without what was consumed before.
    pub(super) fn since(mut self, before: &Self) -> Self {
        for (service, count) in &mut self.requests {
            *count -= before.requests.get(service).copied().unwrap_or_default();
        }
        let (read, write) = (self.units.read - before.units.read, self.units.write - before.units.write);
        Self { gb_seconds: self.gb_seconds - before.gb_seconds, units: Units { read, write }, ..self }
    }
}
