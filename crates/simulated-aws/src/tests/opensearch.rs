use crate::{OpenSearch, Reply};
use serde_json::{Value, json};

fn call(opensearch: &OpenSearch, method: &str, path: &str, body: &str) -> Reply {
    opensearch.call("test", method, path, body.as_bytes()).unwrap().reply.unwrap()
}

/// The statuses of the items of a `_bulk` with these lines.
fn bulk(opensearch: &OpenSearch, lines: &[Value]) -> Vec<u64> {
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    let body = lines.join("\n") + "\n";
    let reply = call(opensearch, "POST", "/messages/_bulk", &body);
    assert_eq!(reply.status, 200);
    let items = reply.body["items"].as_array().unwrap().iter();
    let outcomes: Vec<&Value> =
        items.map(|item| item.as_object().unwrap().values().next().unwrap()).collect();
    let errors = outcomes.iter().any(|outcome| outcome.get("error").is_some());
    assert_eq!(reply.body["errors"], json!(errors));
    outcomes.iter().map(|outcome| outcome["status"].as_u64().unwrap()).collect()
}

fn target(version: u64) -> Value {
    json!({
        "_id": "t#1#1", "routing": "t#1", "version": version, "version_type": "external", "require_alias": true,
    })
}

fn put(version: u64, body: &str) -> [Value; 2] {
    [json!({ "index": target(version) }), json!({ "number": 1, "body": body })]
}

fn remove(version: u64) -> Value {
    json!({ "delete": target(version) })
}

fn hits(opensearch: &OpenSearch) -> Vec<Value> {
    let body = json!({ "size": 10, "highlight": { "fields": { "body": {} } } }).to_string();
    let reply = call(opensearch, "POST", "/messages/_search?routing=t%231", &body);
    reply.body["hits"]["hits"].as_array().unwrap().clone()
}

#[test]
fn a_document_keeps_its_latest_version() {
    let opensearch = OpenSearch::default();
    assert_eq!(bulk(&opensearch, &put(5, "tea")), [201]);
    assert_eq!(bulk(&opensearch, &put(5, "again")), [409]);
    assert_eq!(bulk(&opensearch, &put(4, "earlier")), [409]);
    assert_eq!(bulk(&opensearch, &put(6, "later")), [200]);
    let hits = hits(&opensearch);
    assert_eq!(hits.len(), 1);
    assert_eq!(hits[0]["_source"], json!({ "number": 1, "body": "later" }));
    assert_eq!(hits[0]["sort"], json!([5.0, 1]));
    assert!(hits[0]["highlight"]["body"].is_array());
}

#[test]
fn a_removal_wins_over_earlier_versions() {
    let opensearch = OpenSearch::default();
    assert_eq!(bulk(&opensearch, &[remove(9)]), [404]);
    assert_eq!(bulk(&opensearch, &put(8, "late")), [409]);
    assert_eq!(bulk(&opensearch, &put(10, "tea")), [201]);
    assert_eq!(bulk(&opensearch, &[remove(11)]), [200]);
    assert!(hits(&opensearch).is_empty());
}

#[test]
fn an_action_that_would_create_a_missing_index_is_an_error() {
    let opensearch = OpenSearch::default();
    let mut action = remove(9);
    action["delete"]["require_alias"].take();
    let body = format!("{action}\n");
    opensearch.call("test", "POST", "/messages/_bulk", body.as_bytes()).unwrap_err();
}

#[test]
fn only_documents_of_the_chat_are_found() {
    let opensearch = OpenSearch::default();
    bulk(&opensearch, &put(1, "tea"));
    let reply = call(&opensearch, "POST", "/messages/_search?routing=t%232", "{}");
    assert_eq!(reply.body["hits"]["hits"], json!([]));
}

#[test]
fn a_lost_index_is_missed_until_it_is_created_again() {
    let opensearch = OpenSearch::default();
    bulk(&opensearch, &put(1, "tea"));
    assert_eq!(call(&opensearch, "HEAD", "/_alias/messages", "").status, 200);
    assert_eq!(call(&opensearch, "PUT", "/messages-v1", "{}").status, 400, "it exists");

    opensearch.lose_index();
    assert_eq!(call(&opensearch, "HEAD", "/_alias/messages", "").status, 404);
    assert_eq!(bulk(&opensearch, &put(2, "tea")), [404]);
    assert_eq!(call(&opensearch, "POST", "/messages/_search?routing=t%231", "{}").status, 404);
    assert_eq!(call(&opensearch, "PUT", "/messages-v1", "{}").status, 200);
    assert_eq!(bulk(&opensearch, &put(2, "tea")), [201]);
}

#[test]
fn a_call_names_the_permission_that_it_needs() {
    let opensearch = OpenSearch::default();
    let exchange = opensearch.call("persist", "HEAD", "/_alias/messages", b"").unwrap();
    assert_eq!(exchange.call.name(), "HEAD _alias/messages");
    assert_eq!(exchange.call.permissions.first().unwrap().action, "es:ESHttpHead");
    opensearch.call("test", "DELETE", "/messages-v1", b"").unwrap_err();
}
