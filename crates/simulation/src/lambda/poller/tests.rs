use tokio::time::sleep;

use super::*;
use crate::clock::in_virtual_time;
use crate::faults::{CallFault, Episode, Fault, Service, UNREADABLE_RECORD};
use crate::region::{Region, Settings, template};
use crate::trace::Trace;

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A region in which these faults happen all the time.
fn region(concurrency: u32, faults: &[Fault]) -> Region {
    let episodes = faults.iter().copied().map(Episode::whole_run).collect();
    let settings = Settings { seed: 1, episodes, concurrency, trace: Trace::with_lines() };
    Region::start(template().unwrap(), settings).unwrap()
}

/// Puts this many records that no version can read into each of this many groups.
fn put_unreadable(region: &Region, groups: usize, records: usize) {
    for group in 0..groups {
        for _ in 0..records {
            region.sqs.put("Writes", &group.to_string(), UNREADABLE_RECORD, region.context.clock.now());
        }
    }
}

/// `persist` takes two seconds longer for each record.
const SLOW: Fault = Fault::Slow { service: Service::Sqs, by: Duration::from_secs(2) };

#[test]
fn a_group_is_processed_by_one_invocation_at_a_time() {
    in_virtual_time(async {
        let region = region(1_000, &[SLOW]);
        put_unreadable(&region, 3, 40);
        let mut most = 0;
        for _ in 0..40 {
            sleep(Duration::from_millis(500)).await;
            most = most.max(region.lambda.running("persist"));
        }
        assert_eq!(most, 3);
    })
    .unwrap();
}

#[test]
fn the_number_of_invocations_grows_with_the_backlog() {
    in_virtual_time(async {
        let region = region(1_000, &[SLOW]);
        put_unreadable(&region, 2_000, 10);
        let mut running = Vec::new();
        for _ in 0..3 {
            running.push(region.lambda.running("persist"));
            sleep(seconds(10)).await;
        }
        let expected = [0, 5 + 50, 5 + 100];
        let is_close = |(running, expected): (&u32, u32)| running.abs_diff(expected) <= 8;
        assert!(running.iter().zip(expected).all(is_close), "{running:?}");
    })
    .unwrap();
}

#[test]
fn a_batch_of_a_standard_queue_is_gathered_for_its_window() {
    in_virtual_time(async {
        let region = region(1_000, &[]);
        for _ in 0..250 {
            region.sqs.put("IndexRequests", "", UNREADABLE_RECORD, region.context.clock.now());
        }
        sleep(Duration::from_millis(900)).await;
        assert_eq!(region.lambda.usage().invocations, 1, "the other 50 are gathered");
        sleep(Duration::from_millis(900)).await;
        assert_eq!(region.lambda.usage().invocations, 2);
    })
    .unwrap();
}

#[test]
fn records_that_succeeded_are_deleted() {
    in_virtual_time(async {
        let region = region(1_000, &[]);
        put_unreadable(&region, 5, 5);
        assert!(region.drain(seconds(5)).await);
        assert_eq!(region.sqs.len("WritesDlq"), 25);
    })
    .unwrap();
}

#[test]
fn records_of_a_batch_that_is_kept_come_again() {
    in_virtual_time(async {
        let region = region(1_000, &[Fault::KeptBatches { probability: 1.0 }]);
        put_unreadable(&region, 1, 1);
        sleep(seconds(15)).await;
        assert_eq!((region.sqs.len("Writes"), region.lambda.usage().invocations), (1, 1));
        sleep(seconds(15)).await;
        assert_eq!((region.sqs.len("Writes"), region.lambda.usage().invocations), (1, 2));
        region.context.faults.end();
        sleep(seconds(20)).await;
        assert!(region.sqs.is_empty("Writes"));
    })
    .unwrap();
}

#[test]
fn a_batch_of_a_function_that_fails_comes_again_after_its_visibility_timeout() {
    in_virtual_time(async {
        let region = region(1_000, &[Fault::Kills { probability: 1.0 }, SLOW]);
        put_unreadable(&region, 1, 1);
        sleep(seconds(15)).await;
        assert_eq!(region.lambda.usage().invocations, 1);
        region.context.faults.end();
        sleep(seconds(10)).await;
        assert_eq!(region.lambda.usage().invocations, 2);
        assert!(region.sqs.is_empty("Writes"));
    })
    .unwrap();
}

#[test]
fn a_throttled_batch_is_tried_again_until_it_is_invoked() {
    in_virtual_time(async {
        // Longer than the first pauses after a throttled invocation, shorter than an attempt of a call.
        let by = Duration::from_millis(800);
        let region = region(1, &[Fault::Slow { service: Service::Sqs, by }]);
        put_unreadable(&region, 20, 1);
        let mut most = 0;
        while !region.sqs.is_empty("Writes") {
            sleep(Duration::from_millis(100)).await;
            most = most.max(region.lambda.running_in_total());
            assert!(region.context.clock.now() < seconds(600));
        }
        assert_eq!((most, region.sqs.len("WritesDlq")), (1, 20));
    })
    .unwrap();
}

#[test]
fn a_sandbox_that_was_frozen_for_long_has_dead_connections() {
    in_virtual_time(async {
        let region = region(1_000, &[Fault::DeadConnections { probability: 1.0 }]);
        let mut failures = Vec::new();
        for pause in [seconds(30), seconds(30), seconds(90)] {
            put_unreadable(&region, 1, 1);
            sleep(pause).await;
            failures.push(region.context.faults.counts().values().sum::<u64>());
        }
        put_unreadable(&region, 1, 1);
        sleep(seconds(30)).await;
        failures.push(region.context.faults.counts().values().sum::<u64>());
        assert_eq!(failures, [0, 0, 0, 1]);
        assert!(region.drain(seconds(120)).await);
        assert_eq!(region.sqs.len("WritesDlq"), 4);
    })
    .unwrap();
}

#[test]
fn calls_that_fail_do_not_end_a_poller() {
    in_virtual_time(async {
        let fault = CallFault::Refused;
        let region = region(1_000, &[Fault::Calls { service: Service::Sqs, fault, probability: 1.0 }]);
        put_unreadable(&region, 1, 1);
        sleep(seconds(90)).await;
        assert_eq!(region.sqs.len("WritesDlq"), 0);
        region.context.faults.end();
        assert!(region.drain(seconds(120)).await);
        assert_eq!(region.sqs.len("WritesDlq"), 1);
    })
    .unwrap();
}
