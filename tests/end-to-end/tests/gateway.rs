//! The responses that API Gateway sends without a function are problems like any other.

use end_to_end::Client;
use reqwest::Method;
use serde_json::json;
use test_stack::{Stack, eventually};

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
async fn a_trailing_slash_is_the_same_route() {
    let client = Client::default();
    let created = client.post("/applications/", &json!({ "name": "Tea house" })).await;
    let application = (created.expect(201), created.location());
    assert_eq!(client.get(&application.1).await.expect(200), application.0, "its Location is right");
    let application = application.1;
    assert_eq!(client.get(&format!("{application}/")).await.expect(200)["name"], "Tea house");
    let renamed = client.send_json(Method::PUT, &format!("{application}/"), &json!({ "name": "Bar" })).await;
    assert_eq!(renamed.expect(200)["name"], "Bar");

    let chat = client.post(&format!("{application}/chats/"), &json!({})).await;
    chat.expect(201);
    let chat = chat.location();
    assert!(chat.ends_with("/chats/1"), "{chat}");
    client.wait_until_stored(&format!("{chat}/")).await;
    for body in ["black tea", "green tea", "white tea"] {
        let message = client.post(&format!("{chat}/messages/"), &json!({ "body": body })).await;
        let created = message.expect(201);
        assert_eq!(client.wait_until_stored(&format!("{}/", message.location())).await, created);
    }
    assert_eq!(client.list(&format!("{chat}/messages/?limit=1")).await.len(), 3, "its Links are right");
    let search = format!("{chat}/messages/search/?q=tea&limit=1");
    eventually("all are found", async || (client.list(&search).await.len() == 3).then_some(())).await;
    let first = format!("{chat}/messages/1/");
    let updated = client.send_json(Method::PATCH, &first, &json!({ "body": "red tea" })).await;
    assert_eq!(updated.expect(200)["body"], "red tea");
    client.send(Method::PUT, &format!("{chat}/"), None, "").await.expect_problem(405, "method_not_allowed");
    client.delete(&first).await.expect_no_content();
    client.delete(&format!("{chat}/")).await.expect_no_content();
    client.get(&chat).await.expect_problem(404, "chat_not_found");
    client.post(&format!("{application}/token/"), &json!({})).await.expect(201);
    client.get("/openapi.json/").await.expect(200);
}

#[tokio::test]
async fn an_empty_segment_is_not_found() {
    let client = Client::default();
    client.get("/").await.expect_problem(404, "route_not_found");
    if Stack::of_tests().lacks("an empty path segment") {
        return;
    }
    client.get("/applications//chats").await.expect_problem(404, "application_not_found");
}
