use std::sync::Arc;

use simulated_aws::ADMIN_KEY;

use super::*;
use crate::clock::in_virtual_time;
use crate::faults::{CallFault, Episode, Fault, Service};
use crate::region::{Region, Settings, template};
use crate::trace::Trace;

fn region(concurrency: u32, faults: &[Fault]) -> Arc<Region> {
    let episodes = faults.iter().copied().map(Episode::whole_run).collect();
    let settings = Settings { seed: 1, episodes, concurrency, trace: Trace::default() };
    Arc::new(Region::start(template().unwrap(), settings).unwrap())
}

const ROUTE: &str = "GET /applications";

async fn send(region: &Region) -> Option<HttpResponse> {
    let event = Event::new(ROUTE, &[]).header("Authorization", &format!("Bearer {ADMIN_KEY}"));
    region.gateway.send(ROUTE, event).await.unwrap()
}

/// The statuses of this many requests, sent at once.
async fn statuses(region: &Region, requests: usize) -> Vec<u16> {
    let responses = futures_util::future::join_all((0..requests).map(|_| send(region))).await;
    responses.into_iter().map(|response| response.unwrap().status).collect()
}

#[test]
fn a_request_reaches_its_function() {
    in_virtual_time(async {
        let response = send(&region(1_000, &[])).await.unwrap();
        assert_eq!((response.status, response.body), (200, Value::Array(Vec::new())));
    })
    .unwrap();
}

#[test]
fn a_route_without_tokens_refuses_requests_with_429() {
    in_virtual_time(async {
        let region = region(10_000, &[]);
        let statuses = statuses(&region, 1_500).await;
        let refused = statuses.iter().filter(|status| **status == 429).count();
        // The template's burst is 300, and its rate 2,000 a second; the requests arrive within 100 ms.
        assert!((1_000..=1_200).contains(&refused), "{refused}");
        assert!(statuses.iter().all(|status| [200, 429].contains(status)));
    })
    .unwrap();
}

#[test]
fn an_account_without_concurrency_leads_to_503() {
    in_virtual_time(async {
        let statuses = statuses(&region(3, &[]), 20).await;
        let count = |wanted: u16| statuses.iter().filter(|status| **status == wanted).count();
        assert_eq!(count(200) + count(503), 20);
        assert!(count(200) >= 3 && count(503) >= 10, "{statuses:?}");
    })
    .unwrap();
}

#[test]
fn a_function_that_takes_too_long_leads_to_503_within_29_seconds() {
    in_virtual_time(async {
        let fault = CallFault::Silent;
        let silent = Fault::Calls { service: Service::DynamoDb, fault, probability: 1.0 };
        let region = region(10, &[silent]);
        let start = region.context.clock.now();
        let response = send(&region).await.unwrap();
        assert_eq!(response.status, 503);
        assert!(
            region.context.clock.now().saturating_sub(start) < INTEGRATION_TIMEOUT + Duration::from_secs(1)
        );
    })
    .unwrap();
}

#[test]
fn a_client_may_lose_a_response() {
    in_virtual_time(async {
        let region = region(10, &[Fault::LostResponses { probability: 1.0 }]);
        assert_eq!(send(&region).await, None);
        assert_eq!(
            region.context.faults.counts().keys().map(|kind| &**kind).collect::<Vec<_>>(),
            ["client: response lost"]
        );
    })
    .unwrap();
}
