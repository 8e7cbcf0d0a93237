use function_environment::Variables;
use serde_json::{Value, json};
use tracing::{Level, Span};

use super::*;

/// The lines that `write` logs inside the span of an invocation.
fn lines_at(level: Level, write: impl FnOnce()) -> Vec<Value> {
    let log = CapturedLog::start(level);
    invocation_span("persist", None, "aws-1", Some("Root=1-2;Sampled=1")).in_scope(write);
    log.lines()
}

fn line(write: impl FnOnce()) -> Value {
    let lines = lines_at(Level::INFO, write);
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    line.clone()
}

/// Removes what depends on the time.
fn without_times(mut line: Value) -> Value {
    let timestamp = line.as_object_mut().unwrap().remove("timestamp").unwrap();
    assert_eq!(timestamp.as_str().unwrap().len(), "2026-11-28T05:30:00.123Z".len());
    if let Some(time) = line.pointer_mut("/_aws/Timestamp") {
        assert!(time.take().as_u64().unwrap() > 1_700_000_000_000);
    }
    line
}

#[test]
fn a_line_has_its_fields_and_those_of_the_invocation() {
    let write = || tracing::warn!(target: "chatlog", cause = "no \"tea\"", chat = 7, applied = false, none = None::<u64>, "could not {}", "\u{7}");
    let expected = json!({
        "level": "WARN", "message": "could not \u{7}", "cause": "no \"tea\"", "chat": 7, "applied": false,
        "function": "persist", "aws_request_id": "aws-1", "trace_id": "1-2",
    });
    assert_eq!(without_times(line(write)), expected);
}

#[test]
fn what_the_invocation_learns_is_in_every_further_line_once() {
    let lines = lines_at(Level::INFO, || {
        Span::current().record("application", "a\"b");
        tracing::record_all!(Span::current(), chat = 7, revision = 9);
        tracing::info!(target: "chatlog", chat = 7, "responded");
    });
    let text = lines[0].to_string();
    assert_eq!((&lines[0]["application"], &lines[0]["revision"]), (&json!("a\"b"), &json!(9)));
    assert_eq!(text.matches("\"chat\"").count(), 1, "{text}");
}

#[test]
fn metrics_have_the_embedded_metric_format() {
    let write = || {
        let metrics =
            Metrics::default().count(Metric::BatchSize, 2).count(Metric::Failed, 0).count(Metric::Buried, 1);
        let metrics = metrics.values(Metric::StoredAfter, &[12, 7]);
        let stored = r#"[{"chat":7}]"#;
        tracing::info!(target: ALWAYS, metrics = %metrics, stored = %stored, "stored");
    };
    let expected = json!({
        "level": "INFO", "message": "stored", "stored": [{ "chat": 7 }],
        "function": "persist", "aws_request_id": "aws-1", "trace_id": "1-2",
        "stack": "chatlog", "BatchSize": 2, "Buried": 1, "StoredAfter": [12, 7],
        "_aws": {
            "Timestamp": null,
            "CloudWatchMetrics": [
                {
                    "Namespace": "Chatlog",
                    "Dimensions": [["stack"]],
                    "Metrics": [{ "Name": "Buried", "Unit": "Count" }],
                },
                {
                    "Namespace": "Chatlog",
                    "Dimensions": [["stack", "function"]],
                    "Metrics": [
                        { "Name": "BatchSize", "Unit": "Count" },
                        { "Name": "StoredAfter", "Unit": "Milliseconds" },
                    ],
                },
            ],
        },
    });
    assert_eq!(without_times(line(write)), expected);
}

#[test]
fn a_line_without_metrics_names_none() {
    let write =
        || tracing::info!(target: ALWAYS, metrics = %Metrics::default().count(Metric::Failed, 0), "swept");
    let line = line(write);
    assert_eq!((line.get("_aws"), line.get("stack"), &line["message"]), (None, None, &json!("swept")));
}

#[test]
fn something_that_happened_is_counted_in_the_line_that_says_so() {
    let write =
        || tracing::error!(target: ALWAYS, metrics = %Metrics::default().count(Metric::IndexLost, 1), "lost");
    let line = line(write);
    assert_eq!((&line["message"], &line["IndexLost"]), (&json!("lost"), &json!(1)));
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Dimensions"], json!([["stack"]]));
    assert_eq!(directive["Metrics"], json!([{ "Name": "IndexLost", "Unit": "Count" }]));
}

/// The values of a metric in a line, for so many measured ones: 1, 2, 3, ….
fn written(count: u64) -> Vec<u64> {
    let values: Vec<u64> = (1..=count).collect();
    let metrics = Metrics::default().values(Metric::IndexedAfter, &values).to_string();
    let members: Value = serde_json::from_str(&format!("{{{metrics}}}")).unwrap();
    serde_json::from_value(members["IndexedAfter"].clone()).unwrap()
}

#[test]
fn a_metric_has_at_most_a_hundred_values_with_the_largest() {
    assert_eq!(written(100).len(), 100);
    assert_eq!(written(101).len(), 51);
    let of_many = written(1_000);
    assert_eq!((of_many.len(), of_many[0], of_many[50], of_many[99]), (100, 1_000, 500, 10));
}

#[test]
fn the_level_hides_no_metrics() {
    let lines = lines_at(Level::ERROR, || {
        tracing::warn!(target: "chatlog", "hidden");
        tracing::info!(target: "some_library", "hidden");
        tracing::error!(target: "some_library", "shown");
        tracing::info!(target: ALWAYS, "always");
    });
    let messages: Vec<&Value> = lines.iter().map(|line| &line["message"]).collect();
    assert_eq!(messages, ["shown", "always"]);
}

#[test]
fn a_trace_that_is_not_kept_has_no_id_in_the_log() {
    let headers = [
        (
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
            Some("1-5759e988-bd862e3fe1be46a994272793"),
        ),
        ("Root=1-2; Sampled=?", Some("1-2")),
        ("Root=1-2", Some("1-2")),
        ("Root=1-2;Parent=3;Sampled=0;Lineage=1:a:0", None),
        ("", None),
    ];
    for (header, id) in headers {
        assert_eq!(kept_trace(header), id, "{header}");
    }
}

#[test]
fn a_log_needs_the_name_of_its_stack() {
    let error = start_log(&Variables::from_iter([("LOG_LEVEL", "INFO")])).unwrap_err();
    assert_eq!(
        error.to_string(),
        "environment variable STACK_NAME is not set: set it to the name of the stack, by which its metrics are told apart"
    );
}
