//! Each function's role allows the calls that its code makes, and nothing else. Calls that only a failure needs are made by
//! planning that failure.

// The SDK nests futures deeply.
#![recursion_limit = "256"]

use std::collections::BTreeSet;

use conversation::{CreateChat, CreateMessage, MessageWrite, Revision, Timestamp, Write};
use deployment::{Deployment, by_operator, template};
use deployment_template::{Function, Resource};
use http_api::fixture::Event;
use serde_json::json;
use simulated_aws::{Fault, SentMessage};
use sqs_queues::{decode_write, encode_write};

const APPLICATION: &str = "/applications/{token}";
const CHAT: &str = "/applications/{token}/chats/{chat}";
const MESSAGES: &str = "/applications/{token}/chats/{chat}/messages";
const MESSAGE: &str = "/applications/{token}/chats/{chat}/messages/{message}";

type Path<'a> = [(&'a str, &'a str)];

fn keyed(event: Event, key: Option<&str>) -> Event {
    match key {
        Some(key) => event.header("Idempotency-Key", key),
        None => event,
    }
}

/// Creates an application. Returns the status, and the token if it was created.
async fn create_application(deployment: &Deployment, key: Option<&str>) -> (u16, String) {
    let event = by_operator(Event::new("POST /applications", &[])).json(&json!({ "name": "Tea house" }));
    let (status, application) = deployment.send("create-application", keyed(event, key)).await;
    (status, application["token"].as_str().unwrap_or_default().to_owned())
}

async fn create_chat(deployment: &Deployment, token: &str, key: Option<&str>) -> u16 {
    let event = Event::new(&format!("POST {APPLICATION}/chats"), &[("token", token)]);
    deployment.send("create-chat", keyed(event, key)).await.0
}

async fn create_message(deployment: &Deployment, path: &Path<'_>, key: Option<&str>) -> u16 {
    let event = Event::new(&format!("POST {MESSAGES}"), path).json(&json!({ "body": "hello" }));
    deployment.send("create-message", keyed(event, key)).await.0
}

async fn update_message(deployment: &Deployment, path: &Path<'_>) -> u16 {
    let event = Event::new(&format!("PUT {MESSAGE}"), path).json(&json!({ "body": "hello again" }));
    deployment.send("update-message", event).await.0
}

async fn delete_message(deployment: &Deployment, path: &Path<'_>) -> u16 {
    deployment.send("delete-message", Event::new(&format!("DELETE {MESSAGE}"), path)).await.0
}

async fn delete_chat(deployment: &Deployment, path: &Path<'_>) -> u16 {
    deployment.send("delete-chat", Event::new(&format!("DELETE {CHAT}"), path)).await.0
}

async fn rename(deployment: &Deployment, token: &str) -> u16 {
    let event = by_operator(Event::new(&format!("PUT {APPLICATION}"), &[("token", token)]));
    deployment.send("update-application", event.json(&json!({ "name": "Coffee house" }))).await.0
}

/// Returns the status, and the new token if there is one.
async fn rotate(deployment: &Deployment, token: &str) -> (u16, String) {
    let event = Event::new(&format!("POST {APPLICATION}/token"), &[("token", token)]);
    let (status, application) = deployment.send("rotate-token", event).await;
    (status, application["token"].as_str().unwrap_or_default().to_owned())
}

async fn delete_application(deployment: &Deployment, token: &str) -> u16 {
    let event = by_operator(Event::new(&format!("DELETE {APPLICATION}"), &[("token", token)]));
    deployment.send("delete-application", event).await.0
}

async fn read(deployment: &Deployment, route: &str, path: &Path<'_>) -> u16 {
    deployment.send("read", by_operator(Event::new(&format!("GET {route}"), path))).await.0
}

async fn search(deployment: &Deployment, path: &Path<'_>) -> u16 {
    let event = Event::new(&format!("GET {MESSAGES}/search"), path).query(&[("q", "hello")]);
    deployment.send("search", event).await.0
}

#[tokio::test]
async fn every_role_allows_what_its_function_calls_and_nothing_else() {
    let deployment = Deployment::start();
    creations(&deployment).await;
    changes_and_reads(&deployment).await;
    batches(&deployment).await;
    deletion_of_an_application(&deployment).await;

    let called = deployment.stubs.recording.permissions();
    for function in &template().functions {
        let called: BTreeSet<(String, String)> = called
            .iter()
            .filter(|(caller, _)| *caller == function.name)
            .map(|(_, permission)| (permission.action.clone(), permission.resource.clone()))
            .collect();
        let allowed = allowed(function);
        let missing: Vec<_> = called.difference(&allowed).collect();
        let unused: Vec<_> = allowed.difference(&called).collect();
        assert!(
            missing.is_empty() && unused.is_empty(),
            "{}Role in template.yaml\nlacks: {missing:#?}\nallows without need: {unused:#?}",
            function.id
        );
    }
}

/// What a role allows, without what the platform needs: its log group, X-Ray, the queue of its event source, and network
/// interfaces in a VPC.
fn allowed(function: &Function) -> BTreeSet<(String, String)> {
    let of_event_source = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];
    let mut code = BTreeSet::new();
    for permission in &function.permissions {
        let action = permission.action.as_str();
        let resource = match &permission.resource {
            Resource::Any => {
                let in_vpc = permission.condition.as_deref() == Some("InVpc") && action.starts_with("ec2:");
                assert!(action.starts_with("xray:") || in_vpc, "{} may {action} on everything", function.id);
                continue;
            }
            Resource::LogGroup(_) => {
                assert!(["logs:CreateLogStream", "logs:PutLogEvents"].contains(&action), "{action}");
                continue;
            }
            Resource::Queue(queue) if of_event_source.contains(&action) => {
                let has_event = function.queue_events.iter().any(|event| event.queue == *queue);
                assert!(has_event, "{} may {action} on {queue}, which does not invoke it", function.id);
                continue;
            }
            Resource::Table(id) | Resource::Queue(id) => id.clone(),
            Resource::Index { table, index } => format!("{table}/index/{index}"),
            Resource::OpenSearch(path) => path.clone(),
        };
        code.insert((action.to_owned(), resource));
    }
    code
}

/// Only a domain can be in a VPC, so nobody else needs to be there. "Giving Lambda functions access to resources in an Amazon VPC"
/// lists the rights.
#[test]
fn functions_that_use_opensearch_can_run_in_its_vpc() {
    let rights = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ];
    for function in &template().functions {
        let uses_opensearch = function.variables.contains_key("OPENSEARCH_ENDPOINT");
        assert_eq!(function.may_use_vpc, uses_opensearch, "{}", function.name);
        let in_vpc = function.permissions.iter().filter(|each| each.condition.as_deref() == Some("InVpc"));
        let allowed: Vec<&str> = in_vpc.map(|permission| permission.action.as_str()).collect();
        assert_eq!(allowed, if uses_opensearch { &rights[..] } else { &[] }, "{}", function.name);
    }
}

/// Creations with and without a key, and those that fail after their reservation.
async fn creations(deployment: &Deployment) {
    assert_eq!(create_application(deployment, Some("a")).await.0, 201);
    deployment.plan(Fault::Throttled, &["TransactWriteItems Applications + Counters"]);
    assert_eq!(create_application(deployment, Some("b")).await.0, 503, "removes its key");
    deployment.end_faults();

    let (_, token) = create_application(deployment, None).await;
    let path = [("token", token.as_str()), ("chat", "1")];
    assert_eq!(create_chat(deployment, &token, Some("c")).await, 201);
    assert_eq!(create_message(deployment, &path, Some("m")).await, 201);
    let unknown = [("token", token.as_str()), ("chat", "9")];
    assert_eq!(create_message(deployment, &unknown, None).await, 404);
    deployment.plan(Fault::Throttled, &["SendMessage Writes"]);
    assert_eq!(create_chat(deployment, &token, Some("d")).await, 503, "removes its key and closes the chat");
    assert_eq!(create_message(deployment, &path, Some("n")).await, 503, "removes its key");
    deployment.end_faults();
}

/// The record of a creation, as if it was created long ago.
fn created_in_1970(record: &str) -> String {
    let write = match decode_write(record).unwrap() {
        Write::Message(MessageWrite::Create(write)) => {
            CreateMessage { at: Timestamp::from_millis(0), ..write }
        }
        other => panic!("{other:?}"),
    };
    encode_write(&Write::Message(MessageWrite::Create(write))).unwrap()
}

/// The record of a creation with a revision so high that the row of its parent has no room for all that are missing.
fn with_high_revision(record: &str) -> String {
    let revision = Revision::new(1_000).unwrap();
    let write = match decode_write(record).unwrap() {
        Write::Message(MessageWrite::Create(write)) => {
            Write::Message(MessageWrite::Create(CreateMessage { revision, ..write }))
        }
        Write::CreateChat(write) => Write::CreateChat(CreateChat { revision, ..write }),
        other => panic!("{other:?}"),
    };
    encode_write(&write).unwrap()
}

/// Changes of things that exist and of things that do not, and every route that reads.
async fn changes_and_reads(deployment: &Deployment) {
    let (_, revoked) = create_application(deployment, None).await;
    let (status, token) = rotate(deployment, &revoked).await;
    assert_eq!(status, 201);
    assert_eq!(rename(deployment, &token).await, 200);
    assert_eq!(rename(deployment, &revoked).await, 401);
    let path = [("token", token.as_str()), ("chat", "1"), ("message", "1")];
    assert_eq!(create_chat(deployment, &token, None).await, 201);
    assert_eq!(create_message(deployment, &path[..2], None).await, 201);
    assert_eq!(deployment.persist(&deployment.take_writes()).await, 0);

    for (route, parameters) in [
        ("/applications", 0),
        (APPLICATION, 1),
        ("/applications/{token}/chats", 1),
        (CHAT, 2),
        (MESSAGES, 2),
        (MESSAGE, 3),
    ] {
        assert_eq!(read(deployment, route, &path[..parameters]).await, 200, "{route}");
    }
    let unknown = [("token", token.as_str()), ("chat", "1"), ("message", "9")];
    assert_eq!(read(deployment, MESSAGE, &unknown).await, 404);
    assert_eq!(search(deployment, &path[..2]).await, 200);
    assert_eq!(search(deployment, &[("token", token.as_str()), ("chat", "9")]).await, 404);

    assert_eq!(update_message(deployment, &path).await, 200);
    assert_eq!(update_message(deployment, &unknown).await, 404);
    assert_eq!(create_message(deployment, &path[..2], None).await, 201);
    drop(deployment.take_writes());
    assert_eq!(create_message(deployment, &path[..2], None).await, 201);
    let mut writes = deployment.take_writes();
    writes[0].body = created_in_1970(&writes[0].body);
    assert_eq!(deployment.persist(&writes).await, 0);
    let unused = [path[0], path[1], ("message", "2")];
    assert_eq!(update_message(deployment, &unused).await, 404, "looks for later messages");
    assert_eq!(read(deployment, MESSAGE, &unused).await, 404);
    assert_eq!(delete_message(deployment, &path).await, 204);
    assert_eq!(delete_message(deployment, &unknown).await, 404);
    assert_eq!(delete_chat(deployment, &path[..2]).await, 204);
    assert_eq!(deployment.persist(&deployment.take_writes()).await, 0);
    assert_eq!(deployment.sweep(&deployment.take_sweeps()).await, 0);
}

/// What only failures need: a lost index, an index that fails, a record that cannot be read, a message behind its chat's deletion.
async fn batches(deployment: &Deployment) {
    let (_, token) = create_application(deployment, None).await;
    let path = [("token", token.as_str()), ("chat", "1")];
    deployment.forget_index();
    create_chat(deployment, &token, None).await;
    create_message(deployment, &path, None).await;
    assert_eq!(deployment.persist(&deployment.take_writes()).await, 0, "creates the index");
    deployment.begin_rebuild();
    create_message(deployment, &path, None).await;
    assert_eq!(deployment.persist(&deployment.take_writes()).await, 0, "changes both indexes");
    delete_message(deployment, &[path[0], path[1], ("message", "1")]).await;
    assert_eq!(deployment.persist(&deployment.take_writes()).await, 0, "looks whether both are there");

    create_message(deployment, &path, None).await;
    let writes = deployment.take_writes();
    deployment.plan(Fault::ServerError, &["UpdateItem Messages"]);
    assert_eq!(deployment.persist(&writes).await, 1, "makes the failed record visible soon");
    deployment.end_faults();
    deployment.plan(Fault::ServerError, &["POST messages/_bulk"]);
    assert_eq!(deployment.persist(&writes).await, 0, "defers the index change");
    deployment.end_faults();
    let deferred = deployment.stubs.aws.take_sent("IndexRequests");
    assert_eq!(deferred.len(), 1);
    deployment.plan(Fault::ServerError, &["POST messages/_bulk"]);
    assert_eq!(deployment.reindex(&deferred).await, 1, "makes the failed record visible soon");
    deployment.end_faults();
    assert_eq!(deployment.reindex(&deferred).await, 0, "changes both indexes");
    deployment.stubs.opensearch.lose_index();
    assert_eq!(search(deployment, &path).await, 503, "finds out that the index is lost");
    deployment.forget_index();
    assert_eq!(deployment.reindex(&deferred).await, 0, "creates the index");
    deployment.begin_rebuild();

    let unreadable = SentMessage { body: "{}".to_owned(), ..deferred[0].clone() };
    assert_eq!(deployment.persist(&[unreadable]).await, 0);
    assert_eq!(deployment.stubs.aws.take_sent("WritesDlq").len(), 1);

    create_message(deployment, &path, None).await;
    let mut far = deployment.take_writes();
    far[0].body = with_high_revision(&far[0].body);
    assert_eq!(deployment.persist(&far).await, 0, "spills the ledger");
    create_message(deployment, &path, None).await;
    let late = deployment.take_writes();
    assert_eq!(delete_chat(deployment, &path).await, 204);
    assert_eq!(deployment.persist(&deployment.take_writes()).await, 0);
    assert_eq!(deployment.persist(&late).await, 0, "removes the late message");
    assert_eq!(deployment.reindex(&deployment.stubs.aws.take_sent("IndexRequests")).await, 0);
    let sweeps = deployment.take_sweeps();
    assert_eq!(sweeps.len(), 1);
    deployment.plan(Fault::ServerError, &["GetItem Chats"]);
    assert_eq!(deployment.sweep(&sweeps).await, 1, "makes the failed record visible soon");
    deployment.end_faults();
    deployment.forget_index();
    assert_eq!(deployment.sweep(&sweeps).await, 0, "creates the index");
    let unreadable = SentMessage { body: "{}".to_owned(), ..sweeps[0].clone() };
    assert_eq!(deployment.sweep(&[unreadable]).await, 0);
    assert_eq!(deployment.stubs.aws.take_sent("SweepsDlq").len(), 1);
}

/// Deletes an application during a rebuild, then delivers the creation of a chat that was accepted before.
async fn deletion_of_an_application(deployment: &Deployment) {
    deployment.begin_rebuild();
    let (_, token) = create_application(deployment, None).await;
    let path = [("token", token.as_str()), ("chat", "1")];
    create_chat(deployment, &token, None).await;
    create_message(deployment, &path, None).await;
    assert_eq!(deployment.persist(&deployment.take_writes()).await, 0);
    create_chat(deployment, &token, None).await;
    let mut far = deployment.take_writes();
    far[0].body = with_high_revision(&far[0].body);
    assert_eq!(deployment.persist(&far).await, 0, "spills the ledger");
    create_chat(deployment, &token, None).await;
    let late = deployment.take_writes();
    assert_eq!(delete_application(deployment, &token).await, 204);
    assert_eq!(delete_application(deployment, &token).await, 404);
    let deletion = deployment.take_writes();
    assert_eq!(deployment.persist(&deletion).await, 0, "passes the sweep on");
    assert_eq!(deployment.sweep(&deployment.take_sweeps()).await, 0, "deletes the chats");
    assert_eq!(deployment.sweep(&deployment.take_sweeps()).await, 0, "deletes their messages");
    assert_eq!(deployment.persist(&late).await, 0, "deletes the chat that came later");
    assert_eq!(deployment.sweep(&deployment.take_sweeps()).await, 0);
    assert_eq!(deployment.take_sweeps(), []);
}
