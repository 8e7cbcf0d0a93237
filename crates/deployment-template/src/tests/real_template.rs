//! What the reader finds in the template of this repository.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::{AttributeType, Expression, Function, Projection, Resource, Template};

fn template() -> Template {
    Template::parse(include_str!("../../../../template.yaml")).unwrap()
}

/// `create-message` is `CreateMessage`.
fn camel_case(name: &str) -> String {
    let capitalized = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    name.split('-').map(capitalized).collect()
}

#[test]
fn functions_are_named_like_their_resources() {
    let template = template();
    assert!(template.function("create-message").is_some());
    for function in &template.functions {
        assert_eq!(function.id, camel_case(&function.name));
        assert_eq!(template.function(&function.name), Some(function));
    }
}

#[test]
fn every_path_takes_any_method() {
    let routes = template().routes();
    let paths: Vec<_> = routes.paths().collect();
    assert!(paths.contains(&("/applications/{token}", vec!["DELETE", "GET", "PATCH", "PUT"])));
    assert!(paths.contains(&("/applications/{token}/token", vec!["POST"])));
    for (path, methods) in paths {
        assert!(routes.takes_any(path), "{path}");
        assert!(!methods.is_empty(), "{path}");
    }
}

#[test]
fn every_function_has_routes_or_one_queue() {
    let template = template();
    for function in &template.functions {
        let has_routes = function.routes.paths().next().is_some();
        assert_eq!(usize::from(!has_routes), function.queue_events.len(), "{}", function.name);
    }
    let [writes] = &*template.function("persist").unwrap().queue_events else { panic!() };
    assert_eq!((writes.queue.as_str(), writes.batch_size), ("Writes", 10));
    let [requests] = &*template.function("reindex").unwrap().queue_events else { panic!() };
    assert_eq!((requests.queue.as_str(), requests.batch_size), ("IndexRequests", 200));
    let [sweeps] = &*template.function("sweep").unwrap().queue_events else { panic!() };
    assert_eq!((sweeps.queue.as_str(), sweeps.batch_size), ("Sweeps", 1));
    // Larger batches than ten need a window.
    assert!(requests.batching_window >= Duration::from_secs(1));
    assert!([writes, requests, sweeps].iter().all(|event| event.reports_batch_item_failures));
}

/// A service that is away must not take the account's concurrency from the API.
#[test]
fn every_event_source_has_a_limit_of_its_own() {
    let template = template();
    let limit = |name| template.function(name).unwrap().queue_events[0].maximum_concurrency;
    assert_eq!([limit("persist"), limit("reindex"), limit("sweep")], [Some(300), Some(5), Some(2)]);
}

/// Requests for which Lambda has no capacity get 503, those above the limits of API Gateway 429 with `Retry-After`.
#[test]
fn bursts_on_two_methods_leave_room_for_the_queues() {
    let template = template();
    let default = |name: &str| -> u32 {
        let parameter = template.parameters.iter().find(|parameter| parameter.name == name).unwrap();
        parameter.default.as_deref().unwrap().parse().unwrap()
    };
    let queues: u32 =
        ["PersistConcurrency", "ReindexConcurrency", "SweepConcurrency"].map(default).iter().sum();
    assert!(2 * default("ThrottlingBurstLimit") + queues < default("AccountConcurrency"));
}

#[test]
fn functions_inherit_globals() {
    let template = template();
    let settings = |name| {
        let function = template.function(name).unwrap();
        (function.timeout.as_secs(), function.memory_mib)
    };
    assert_eq!(settings("read"), (28, 256));
    assert_eq!(settings("persist"), (10, 512));
    for function in &template.functions {
        let origin = &function.variables["CORS_ALLOWED_ORIGIN"];
        assert_eq!(origin, &Expression::Reference("CorsAllowedOrigin".into()), "{}", function.name);
        let timeout = &function.variables["CALL_TIMEOUT_SECONDS"];
        assert_eq!(timeout, &Expression::Reference("CallTimeoutSeconds".into()), "{}", function.name);
    }
}

/// What each request or batch logs and traces is paid for each message: ADR 20.
#[test]
fn functions_log_requests_and_lambda_logs_and_traces_only_invocations_that_fail() {
    let template = template();
    for function in &template.functions {
        let parameter = if function.queue_events.is_empty() { "RequestLogLevel" } else { "BatchLogLevel" };
        let level = &function.variables["LOG_LEVEL"];
        assert_eq!(level, &Expression::Reference(parameter.into()), "{}", function.name);
        assert_eq!(function.system_log_level, "WARN", "{}", function.name);
        assert!(!function.is_traced, "{}", function.name);
    }
    let default = |name| template.parameters.iter().find(|each| each.name == name).unwrap().default.clone();
    let levels = ["RequestLogLevel", "BatchLogLevel"].map(|name| default(name).unwrap());
    assert_eq!(levels, ["INFO", "WARN"]);
}

/// Lambda itself would drop their lines: ADR 25.
#[test]
fn no_log_level_drops_metrics() {
    for function in &template().functions {
        assert_eq!(function.log_level, "INFO", "{}", function.name);
        let stack = &function.variables["STACK_NAME"];
        assert_eq!(stack, &Expression::Reference("AWS::StackName".into()), "{}", function.name);
    }
}

/// No local engine enforces these rights.
#[test]
fn every_function_has_a_role_of_its_own_with_what_lambda_needs() {
    let template = template();
    for function in &template.functions {
        assert_eq!(function.role, format!("{}Role", function.id));
        let logs = Resource::LogGroup(format!("{}Logs", function.id));
        for action in ["logs:CreateLogStream", "logs:PutLogEvents"] {
            assert!(function.allows(action, &logs), "{}: {action}", function.name);
        }
        let is_of_others =
            |resource: &Resource| matches!(resource, Resource::LogGroup(_)) && *resource != logs;
        assert!(!function.permissions.iter().any(|each| is_of_others(&each.resource)), "{}", function.name);
        for event in &function.queue_events {
            for action in ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"] {
                let queue = Resource::Queue(event.queue.clone());
                assert!(function.allows(action, &queue), "{}: {action}", function.name);
            }
        }
    }
}

#[test]
fn permissions_name_tables_indexes_queues_and_paths() {
    let template = template();
    let allows = |name, action, resource| template.function(name).unwrap().allows(action, &resource);
    let table = |id: &str| Resource::Table(id.into());
    let path = |path: &str| Resource::OpenSearch(path.into());
    let by_creation = Resource::Index { table: "Applications".into(), index: "by-creation-time".into() };
    assert!(allows("create-message", "sqs:SendMessage", Resource::Queue("Writes".into())));
    assert!(allows("create-message", "dynamodb:PutItem", table("IdempotencyKeys")));
    assert!(!allows("create-message", "dynamodb:PutItem", table("Counters")));
    assert!(allows("read", "dynamodb:Query", by_creation));
    assert!(!allows("read", "dynamodb:Query", table("Applications")));
    assert!(allows("search", "es:ESHttpPost", path("messages/_search")));
    assert!(!allows("search", "es:ESHttpPost", path("messages/_bulk")));
    assert!(allows("persist", "es:ESHttpPut", path("messages-v1")));
}

#[test]
fn variables_refer_to_tables_queues_and_parameters() {
    let template = template();
    let parameters: BTreeSet<&str> = template.parameters.iter().map(|each| each.name.as_str()).collect();
    for (name, value) in template.functions.iter().flat_map(|function| &function.variables) {
        match value {
            table if name.ends_with("_TABLE") => {
                assert!(template.table(table.referenced().unwrap()).is_some(), "{name}");
            }
            Expression::Reference(id) if name == "AWS_ENDPOINT_URL" => assert_eq!(id, "AwsEndpointUrl"),
            Expression::Reference(id) if name.ends_with("_URL") => assert!(template.queue(id).is_some()),
            Expression::Reference(id) if name == "STACK_NAME" => assert_eq!(id, "AWS::StackName"),
            Expression::Reference(id) => assert!(parameters.contains(&**id), "{name}"),
            Expression::If { condition, .. } => {
                assert_eq!((name.as_str(), condition.as_str()), ("OPENSEARCH_ENDPOINT", "MakeDomain"));
            }
            Expression::Substitution { text, .. } => {
                assert_eq!(
                    (name.as_str(), text.as_str()),
                    ("OPENSEARCH_ALIAS", "${AWS::StackName}-messages")
                );
            }
            other => panic!("{name} is {other:?}"),
        }
    }
}

/// A domain goes from the stack when `OpenSearchEndpoint` is set, and a stack can be removed by mistake. Names are fixed, so what
/// a failed first deployment leaves would block the next one: nothing may be kept always, or be protected by default.
#[test]
fn data_stays_unless_its_first_deployment_fails() {
    let template = template();
    let mut data: BTreeSet<String> = template.tables.iter().map(|table| table.id.clone()).collect();
    data.insert("Domain".to_owned());
    assert_eq!(template.kept, data);
    assert!(!include_str!("../../../../template.yaml").contains("DeletionPolicy: Retain\n"));
    let protection = template.parameters.iter().find(|each| each.name == "DeletionProtection").unwrap();
    assert_eq!(protection.default.as_deref(), Some("false"));
}

#[test]
fn tables_have_their_keys_and_indexes() {
    let template = template();
    let names: Vec<&str> = template.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["applications", "chats", "messages", "counters", "idempotency-keys", "index-state"]);

    let chats = template.table("Chats").unwrap();
    assert_eq!(chats.key.partition.name, "application");
    let sort = chats.key.sort.as_ref().unwrap();
    assert_eq!((sort.name.as_str(), sort.kind), ("number", AttributeType::Number));
    assert_eq!(chats.ttl_attribute, None);
    assert_eq!(template.table("Messages").unwrap().ttl_attribute.as_deref(), Some("expires_at"));

    let [index] = &*template.table("Applications").unwrap().indexes else { panic!() };
    assert_eq!((index.name.as_str(), index.projection), ("by-creation-time", Projection::KeysOnly));
    assert_eq!(index.key.partition.name, "listing");

    let keys = template.table("IdempotencyKeys").unwrap();
    assert_eq!(keys.ttl_attribute.as_deref(), Some("expires_at"));
    assert_eq!(keys.key.sort, None);
}

#[test]
fn queues_have_their_settings() {
    let template = template();
    let names: Vec<&str> = template.queues.iter().map(|queue| queue.name.as_str()).collect();
    assert_eq!(names, ["writes.fifo", "writes-dlq.fifo", "index", "sweeps", "sweeps-dlq"]);
    for standard in ["IndexRequests", "Sweeps", "SweepsDlq"] {
        assert_eq!(template.queue(standard).unwrap().fifo, None, "{standard}");
    }
    for fifo in template.queues.iter().filter_map(|queue| queue.fifo) {
        assert!(fifo.deduplicates_per_group && fifo.throughput_per_group);
    }
    for (queue, dead_letters) in [("Writes", "WritesDlq"), ("Sweeps", "SweepsDlq")] {
        let redrive = template.queue(queue).unwrap().redrive.as_ref().unwrap();
        assert_eq!((redrive.queue.as_str(), redrive.max_receive_count), (dead_letters, 1_000));
    }
}

/// A deployment replaces the readers of a queue before its writers.
#[test]
fn who_sends_to_a_queue_is_updated_after_its_reader() {
    let template = template();
    let mut pairs = 0;
    for reader in &template.functions {
        for event in &reader.queue_events {
            let queue = Resource::Queue(event.queue.clone());
            let sends =
                |writer: &&Function| writer.id != reader.id && writer.allows("sqs:SendMessage", &queue);
            for writer in template.functions.iter().filter(sends) {
                assert!(writer.depends_on.contains(&reader.id), "{} and {}", writer.name, reader.name);
                pairs += 1;
            }
        }
    }
    assert_eq!(pairs, 8);
}

/// A chat waits for its records if an invocation is killed. For standard queues, what AWS recommends.
#[test]
fn records_are_hidden_while_their_function_may_process_them() {
    let template = template();
    for function in &template.functions {
        for event in &function.queue_events {
            let queue = template.queue(&event.queue).unwrap();
            let times = if queue.fifo.is_some() { 2 } else { 6 };
            let expected = times * function.timeout + event.batching_window;
            assert_eq!(queue.visibility_timeout, expected, "{}", function.name);
        }
    }
}

#[test]
fn gateway_responses_have_a_status_and_a_code() {
    let template = template();
    let of_kind = |kind| {
        let found = template.gateway_responses.iter().find(|response| response.kind == kind).unwrap();
        (found.status, found.code.as_str())
    };
    assert_eq!(of_kind("THROTTLED"), (429, "too_many_requests"));
    assert_eq!(of_kind("QUOTA_EXCEEDED"), (429, "too_many_requests"));
    assert_eq!(of_kind("DEFAULT_5XX"), (503, "outcome_unknown"));
}

#[test]
fn gateway_bodies_are_json_and_agree_with_their_status() {
    for response in template().gateway_responses {
        let body: serde_json::Value = serde_json::from_str(&response.body).unwrap();
        assert_eq!(body["status"], response.status, "{}", response.kind);
        assert_eq!(body["code"], response.code, "{}", response.kind);
        assert_eq!(body["type"], format!("urn:chatlog:problem:{}", response.code), "{}", response.kind);
    }
}

#[test]
fn parameters_have_defaults() {
    let template = template();
    let default = |name| {
        let found = template.parameters.iter().find(|parameter| parameter.name == name).unwrap();
        found.default.as_deref()
    };
    assert_eq!(default("AdminKeySha256"), None);
    assert_eq!(default("TokenSigningKeys"), None);
    assert_eq!(default("CorsAllowedOrigin"), Some(""));
    assert_eq!(default("ThrottlingRateLimit"), Some("2000"));
    // The traces of API Gateway contain paths, and so tokens.
    assert_eq!(default("ApiTracing"), Some("false"));
}
