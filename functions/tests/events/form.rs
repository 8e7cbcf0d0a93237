//! The form of the events, and which events there are.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deployment_template::Function;
use serde_json::{Map, Value};

use crate::files;

/// The form of real events.
const REQUEST: &str = include_str!("../../../crates/http-api/fixtures/api-event.json");
const BATCH: &str = include_str!("../../../crates/sqs-queues/fixtures/fifo-event.json");

/// A record without the time of its write.
pub(crate) fn without_time(record: &str) -> Value {
    let mut record: Value = serde_json::from_str(record).unwrap();
    record.as_object_mut().unwrap().remove("at");
    record
}

fn text<'a>(value: &'a Value, member: &str) -> &'a str {
    value[member].as_str().unwrap_or_default()
}

/// Whether the function has a route, or else a queue, that leads the event to it.
fn gets(function: &Function, event: &Value) -> bool {
    let Some(records) = event["Records"].as_array() else {
        return routes(function)
            .contains(&(text(event, "httpMethod").to_owned(), text(event, "resource").to_owned()))
            || function.routes.takes_any(text(event, "resource"));
    };
    let queue = text(&records[0], "eventSourceARN").rsplit(':').next();
    let template = files::template();
    let mut sources = function.queue_events.iter().map(|source| &template.queue(&source.queue).unwrap().name);
    sources.any(|name| queue == Some(&format!("chatlog-{name}")))
}

/// The routes of a function, but those for any other method.
fn routes(function: &Function) -> BTreeSet<(String, String)> {
    let pairs = function.routes.paths();
    pairs
        .flat_map(|(path, methods)| methods.into_iter().map(|method| (method.to_owned(), path.to_owned())))
        .collect()
}

#[test]
fn every_function_and_route_has_an_event() {
    let template = files::template();
    for function in &template.functions {
        let mut wanted = routes(function);
        let names = files::names().into_iter().filter(|name| files::function(name) == function.name);
        let events: Vec<Value> = names.map(|name| files::read(&name)).collect();
        assert!(!events.is_empty(), "{}", function.name);
        for event in events {
            assert!(gets(function, &event), "{} does not get {event}", function.name);
            wanted.remove(&(text(&event, "httpMethod").to_owned(), text(&event, "resource").to_owned()));
        }
        assert!(wanted.is_empty(), "no event for {wanted:?} of {}", function.name);
    }
}

#[test]
fn the_readme_lists_every_event() {
    let readme = files::readme();
    let quoted = readme.split('`').skip(1).step_by(2);
    let listed: BTreeSet<String> =
        quoted.filter_map(|text| text.strip_suffix(".json")).map(str::to_owned).collect();
    assert_eq!(listed, files::names());
}

/// The names of an object's members.
fn members(value: &Value) -> BTreeSet<&String> {
    value.as_object().into_iter().flat_map(Map::keys).collect()
}

#[test]
fn a_request_has_the_form_that_api_gateway_sends() {
    let real: Value = serde_json::from_str(REQUEST).unwrap();
    let requests = files::names().into_iter().map(|name| (files::read(&name), name));
    for (event, name) in requests.filter(|(event, _)| event.get("Records").is_none()) {
        for object in ["", "/requestContext", "/requestContext/identity"] {
            let of = |event| members(Value::pointer(event, object).unwrap());
            assert_eq!(of(&event), of(&real), "{name} {object}");
        }
        for (single, multiple) in
            [("headers", "multiValueHeaders"), ("queryStringParameters", "multiValueQueryStringParameters")]
        {
            assert_eq!(event[single].is_null(), event[multiple].is_null(), "{name} {single}");
            let all = event[multiple].as_object().into_iter().flatten();
            let last: Map<String, Value> = all
                .map(|(name, values)| (name.clone(), values.as_array().unwrap().last().unwrap().clone()))
                .collect();
            assert_eq!(event[single].as_object().cloned().unwrap_or_default(), last, "{name} {single}");
        }
        let parameters = event["pathParameters"].as_object().into_iter().flatten();
        let path = parameters.fold(text(&event, "resource").to_owned(), |path, (name, value)| {
            path.replace(&format!("{{{name}}}"), value.as_str().unwrap())
        });
        let context = &event["requestContext"];
        assert_eq!(
            (text(&event, "path"), text(context, "path")),
            (path.as_str(), format!("/v1{path}").as_str())
        );
        assert_eq!(event["httpMethod"], context["httpMethod"], "{name}");
        assert_eq!(event["resource"], context["resourcePath"], "{name}");
        // All media types are binary.
        assert_eq!(event["isBase64Encoded"], event["body"].is_string(), "{name}");
        assert!(STANDARD.decode(text(&event, "body")).is_ok(), "{name}");
        assert_eq!(event["headers"].get("Content-Type").is_some(), event["body"].is_string(), "{name}");
    }
}

#[test]
fn a_batch_has_the_form_that_sqs_sends() {
    let real: Value = serde_json::from_str(BATCH).unwrap();
    let real = &real["Records"][0];
    for name in ["persist", "reindex", "sweep"] {
        for record in files::records(name) {
            assert_eq!(members(&record), members(real), "{name}");
            let of_groups = ["MessageDeduplicationId", "MessageGroupId", "SequenceNumber"];
            let is_fifo = name == "persist";
            let expected = members(&real["attributes"])
                .into_iter()
                .filter(|name| is_fifo || !of_groups.contains(&name.as_str()));
            assert_eq!(members(&record["attributes"]), expected.collect(), "{name}");
        }
    }
    let groups =
        files::records("persist").into_iter().map(|record| record["attributes"]["MessageGroupId"].clone());
    let groups: Vec<Value> = groups.collect();
    assert!(groups.len() == 3 && groups[0] == groups[1] && groups[1] != groups[2], "{groups:?}");
}
