//! What API Gateway answers by itself, without a function, is a problem like any other.

use end_to_end::Client;
use serde_json::json;

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
