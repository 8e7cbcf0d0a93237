use std::error::Error as _;

use serde_json::json;
use tokio::time::sleep;

use super::*;
use crate::clock::in_virtual_time;
use crate::faults::{CallFault, Episode, Fault, Faults, Service};
use crate::region::template;

struct Setup {
    inner: Arc<Inner>,
    connections: Arc<Connections>,
    connector: Connector,
}

fn setup(fault: Option<CallFault>) -> Setup {
    let calls = |fault| Fault::Calls { service: Service::DynamoDb, fault, probability: 1.0 };
    let random = Random::new(1);
    let episodes = fault.map(calls).map(Episode::whole_run).into_iter().collect();
    let context = RunContext::with_faults(Faults::new(episodes, random.fork()));
    let template = template().unwrap();
    let dynamodb = Arc::new(DynamoDb::new(&template).unwrap());
    let sqs = Arc::new(Sqs::new(&template, context.faults.clone(), &random));
    let network = Network::new(context, dynamodb, sqs, random.fork());
    let (inner, connections) = (Arc::clone(&network.0), Arc::<Connections>::default());
    let connector = Connector {
        network,
        caller: FunctionName::new("test"),
        release: Release::This,
        connections: Arc::clone(&connections),
    };
    Setup { inner, connections, connector }
}

fn put(id: &str) -> HttpRequest {
    let input = json!({ "TableName": "Counters", "Item": { "id": { "S": id } } });
    let mut request = HttpRequest::new(SdkBody::from(input.to_string()));
    request.headers_mut().insert("x-amz-target", "DynamoDB_20120810.PutItem");
    request
}

/// What a caller with a timeout of five seconds sees: the status, or the error.
async fn outcome(setup: &Setup, request: HttpRequest) -> String {
    match tokio::time::timeout(Duration::from_secs(5), setup.connector.call(request)).await {
        Err(_) => "silence".to_owned(),
        Ok(Ok(response)) => response.status().as_u16().to_string(),
        Ok(Err(error)) if never_connected(&error) => "refused".to_owned(),
        Ok(Err(_)) => "broken".to_owned(),
    }
}

/// As `aws-outcome` decides it.
fn never_connected(error: &ConnectorError) -> bool {
    let source = error.source();
    source
        .and_then(|source| source.downcast_ref::<hyper_util::client::legacy::Error>())
        .is_some_and(hyper_util::client::legacy::Error::is_connect)
}

#[test]
fn call_faults_have_the_documented_outcome_and_effect() {
    for (fault, expected, has_effect) in [
        (None, "200", true),
        (Some(CallFault::Refused), "refused", false),
        (Some(CallFault::NotReceived), "broken", false),
        (Some(CallFault::ReplyLost), "broken", true),
        (Some(CallFault::Throttled), "400", false),
        (Some(CallFault::ServerError), "500", false),
        (Some(CallFault::ServerErrorAfterEffect), "500", true),
        (Some(CallFault::Silent), "silence", false),
        (Some(CallFault::Late(Duration::from_secs(7))), "silence", true),
    ] {
        in_virtual_time(async {
            let setup = setup(fault);
            assert_eq!(outcome(&setup, put("a")).await, expected, "{fault:?}");
            sleep(Duration::from_secs(10)).await;
            let rows = setup.inner.dynamodb.rows("Counters").unwrap();
            assert_eq!(!rows.is_empty(), has_effect, "{fault:?}");
        })
        .unwrap();
    }
}

#[test]
fn a_caller_that_gives_up_does_not_take_its_call_back() {
    in_virtual_time(async {
        let setup = setup(None);
        drop(setup.connector.call(put("a")));
        sleep(Duration::from_secs(1)).await;
        assert_eq!(setup.inner.dynamodb.rows("Counters").unwrap().len(), 1);
    })
    .unwrap();
}

#[test]
fn a_call_over_a_dead_connection_fails_and_the_next_one_does_not() {
    in_virtual_time(async {
        let setup = setup(None);
        setup.connections.die();
        let outcomes = [outcome(&setup, put("a")).await, outcome(&setup, put("b")).await];
        assert!(["broken", "silence"].contains(&&*outcomes[0]), "{outcomes:?}");
        assert_eq!(outcomes[1], "200");
        assert_eq!(setup.inner.dynamodb.rows("Counters").unwrap().len(), 1);
        assert_eq!(setup.connections.calls(), 2);
        assert_eq!(setup.inner.context.faults.counts().len(), 1);
    })
    .unwrap();
}

fn create(ids: &[&str]) -> HttpRequest {
    let put = |id: &&str| json!({ "Put": { "TableName": "Counters", "Item": { "id": { "S": id } } } });
    let input = json!({ "TransactItems": ids.iter().map(put).collect::<Vec<_>>() });
    let mut request = HttpRequest::new(SdkBody::from(input.to_string()));
    request.headers_mut().insert("x-amz-target", "DynamoDB_20120810.TransactWriteItems");
    request
}

#[test]
fn one_of_two_overlapping_transactions_on_an_item_fails() {
    in_virtual_time(async {
        let mut conflicts = 0;
        for round in 0..20 {
            let setup = setup(None);
            let (a, b) = (format!("a{round}"), format!("b{round}"));
            let calls = [create(&["both", &a]), create(&["both", &b])];
            let outcomes = futures_util::future::join_all(calls.map(|call| outcome(&setup, call))).await;
            let failed = outcomes.iter().filter(|outcome| *outcome == "400").count();
            assert!(failed <= 1, "{outcomes:?}");
            conflicts += failed;
            assert_eq!(setup.inner.dynamodb.rows("Counters").unwrap().len(), 3 - failed);
        }
        assert!(conflicts > 5, "{conflicts}");
    })
    .unwrap();
}
