//! The responses that API Gateway sends without a function are problems like any other.

use end_to_end::{Aws, Client};
use reqwest::Method;
use serde_json::{Value, json};
use test_stack::Stack;

/// Lambda accepts 6 MB, and API Gateway encodes a body in base64.
const TOO_MANY_BYTES: usize = 5_000_000;

#[tokio::test]
async fn a_request_above_the_limit_of_lambda_is_too_large() {
    let client = Client::default();
    let chat = client.create_chat().await;
    let response =
        client.post(&format!("{chat}/messages"), &json!({ "body": "x".repeat(TOO_MANY_BYTES) })).await;
    response.expect_problem(413, "body_too_large");
    assert_eq!(client.create_message(&chat, "accepted").await, 1, "no number was used");
}

#[tokio::test]
async fn a_path_with_invalid_percent_encoding_is_not_found() {
    let client = Client::default();
    for token in ["%", "%zz", "%FF%FE", "%00"] {
        client.get(&format!("/applications/{token}")).await.expect_problem(404, "application_not_found");
        client.get(&format!("/{token}")).await.expect_problem(404, "route_not_found");
    }
}

#[tokio::test]
async fn a_trailing_slash_is_ignored_and_an_empty_segment_is_not_found() {
    let client = Client::default();
    let application = format!("/applications/{}", client.create_application().await);
    assert_eq!(client.get(&format!("{application}/")).await.expect(200)["name"], "Tea house");
    client.get("/applications//chats").await.expect_problem(404, "application_not_found");
    client.get("/").await.expect_problem(404, "route_not_found");
}

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
    assert_eq!(limits["throttlingBurstLimit"], 1000, "{stage}");

    // No other test in this file sends DELETE /applications. With limits of 0, one request is too many.
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
