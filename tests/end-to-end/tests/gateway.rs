//! What API Gateway answers by itself, without a function, is a problem like any other.

use end_to_end::{Client, Stack};
use reqwest::Method;
use serde_json::{Value, json};

/// Bytes that base64 makes into more than Lambda takes.
const TOO_MANY: usize = 5_000_000;

#[tokio::test]
async fn a_request_that_lambda_does_not_take_is_too_large() {
    let client = Client::default();
    let chat = client.chat().await;
    let answer = client.post(&format!("{chat}/messages"), &json!({ "body": "x".repeat(TOO_MANY) })).await;
    answer.expect_problem(413, "body_too_large");
    assert_eq!(client.say(&chat, "the first that is accepted").await, 1, "no number was spent");
}

#[tokio::test]
async fn a_path_that_cannot_be_read_names_nothing() {
    let client = Client::default();
    for token in ["%", "%zz", "%FF%FE", "%00"] {
        client.get(&format!("/applications/{token}")).await.expect_problem(404, "application_not_found");
        client.get(&format!("/{token}")).await.expect_problem(404, "route_not_found");
    }
}

#[tokio::test]
async fn slashes_too_many_name_nothing_new() {
    let client = Client::default();
    let application = format!("/applications/{}", client.application().await);
    assert_eq!(client.get(&format!("{application}/")).await.expect(200)["name"], "Tea house");
    client.get("/applications//chats").await.expect_problem(404, "application_not_found");
    client.get("/").await.expect_problem(404, "route_not_found");
}

/// The stage that the API is deployed to, after changes such as `aws apigateway update-stage` makes.
async fn stage_after(client: &Client, changes: Value) -> Value {
    let Stack { api, aws, .. } = Stack::of_tests();
    let (api, stage) = api.rsplit_once('/').unwrap();
    let api = api.rsplit_once('/').unwrap().1;
    let body = json!({ "patchOperations": changes }).to_string();
    let url = format!("{aws}/restapis/{api}/stages/{stage}");
    client.send(Method::PATCH, &url, Some("application/json"), body).await.expect(200)
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_again() {
    let client = Client::default();
    let stage = stage_after(&client, json!([])).await;
    let limits = &stage["methodSettings"]["*/*"];
    assert_eq!(limits["throttlingRateLimit"], 2000.0, "{stage}");
    assert_eq!(limits["throttlingBurstLimit"], 1000, "{stage}");

    // For one method that no other test in this file asks for, none is too many.
    let nothing = |limit| {
        let path = format!("/~1applications/DELETE/throttling/{limit}");
        json!({ "op": "replace", "path": path, "value": "0" })
    };
    stage_after(&client, json!([nothing("rateLimit"), nothing("burstLimit")])).await;
    let answer = client.send(Method::DELETE, "/applications", None, "").await;
    stage_after(&client, json!([{ "op": "remove", "path": "/~1applications/DELETE" }])).await;

    answer.expect_problem(429, "too_many_requests");
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example.org"));
    let again = client.send(Method::DELETE, "/applications", None, "").await;
    again.expect_problem(405, "method_not_allowed");
}
