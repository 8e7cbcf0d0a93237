//! API Gateway limits how many requests a method takes.

use end_to_end::{Aws, Client};
use reqwest::Method;
use serde_json::{Value, json};
use test_stack::Stack;

/// Changes the stage of the API, as `aws apigateway update-stage` does, and returns it.
async fn update_stage(changes: Value) -> Value {
    let stack = Stack::of_tests();
    let (api, stage) = stack.api_and_stage();
    let path = format!("/restapis/{api}/stages/{stage}");
    let changes = json!({ "patchOperations": changes });
    Aws::default().rest("apigateway", Method::PATCH, &path, Some(&changes)).await
}

#[tokio::test]
async fn a_throttled_request_is_told_when_to_retry() {
    if Stack::of_tests().lacks("throttling of a method") {
        return;
    }
    let client = Client::default();
    let stage = update_stage(json!([])).await;
    let limits = &stage["methodSettings"]["*/*"];
    assert_eq!(limits["throttlingRateLimit"], 2000.0, "{stage}");
    assert_eq!(limits["throttlingBurstLimit"], 300, "{stage}");

    // With limits of 0, one request is too many.
    let set_to_zero = |limit| {
        let path = format!("/~1applications/DELETE/throttling/{limit}");
        json!({ "op": "replace", "path": path, "value": "0" })
    };
    update_stage(json!([set_to_zero("rateLimit"), set_to_zero("burstLimit")])).await;
    // In a task of its own: a panic must not leave the method throttled.
    let response =
        tokio::spawn(async { Client::default().send(Method::DELETE, "/applications", None, "").await }).await;
    update_stage(json!([{ "op": "remove", "path": "/~1applications/DELETE" }])).await;

    let response = response.unwrap();
    response.expect_problem(429, "too_many_requests");
    assert_eq!(response.header("retry-after"), Some("1"));
    assert_eq!(response.header("access-control-allow-origin"), Some("https://app.example.org"));
    let again = client.send(Method::DELETE, "/applications", None, "").await;
    again.expect_problem(405, "method_not_allowed");
}
