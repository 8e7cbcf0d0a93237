//! The timeouts of `template.yaml` against the time that a batch may take.

use std::time::Duration;

use deployment::template;
use sqs_queues::BATCH_TIME;

/// A function that Lambda ends reports no failed records, which then come back later.
#[test]
fn a_batch_ends_before_its_function_times_out() {
    for function in template().functions.iter().filter(|function| !function.queue_events.is_empty()) {
        let rest = function.timeout.saturating_sub(BATCH_TIME);
        assert!(rest >= Duration::from_secs(2), "{} has {rest:?} to report", function.name);
    }
}
