//! Proof that the functions of this checkout answered, and not a stand-in of the engine.

use end_to_end::{Client, Stack};
use reqwest::Method;
use serde_json::{Value, json};

/// For each function a request that only its own code answers so.
#[tokio::test]
async fn every_function_answers_with_its_own_code() {
    let client = Client::default();
    let nobody = "/applications/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let body = json!({ "body": "x" });

    let answer = client.send(Method::POST, "/applications", Some("application/json"), "{").await;
    answer.expect_problem(400, "malformed_json");
    client.post(&format!("{nobody}/chats"), &json!({})).await.expect_problem(404, "application_not_found");
    client
        .post(&format!("{nobody}/chats/1/messages"), &body)
        .await
        .expect_problem(404, "application_not_found");
    client.send(Method::DELETE, "/applications", None, "").await.expect_problem(405, "method_not_allowed");
    client.get(nobody).await.expect_problem(404, "application_not_found");
    client
        .get(&format!("{nobody}/chats/1/messages/search?q=x"))
        .await
        .expect_problem(404, "application_not_found");
}

/// Asks the engine's Lambda API for all functions; each must have code, and persist must run its own.
#[tokio::test]
async fn persist_answers_with_its_own_code() {
    let client = Client::default();
    let aws = Stack::of_tests().aws;
    let listed = client.get(&format!("{aws}/2015-03-31/functions/")).await.expect(200);
    let functions = listed["Functions"].as_array().unwrap();
    assert!(
        functions.iter().all(|function| function["CodeSize"].as_u64().is_some_and(|size| size > 100_000)),
        "{listed}"
    );
    let names: Vec<&str> =
        functions.iter().map(|function| function["FunctionName"].as_str().unwrap()).collect();
    let persist = names.iter().find(|name| name.contains("Persist")).unwrap();
    let answer = client
        .post(&format!("{aws}/2015-03-31/functions/{persist}/invocations"), &json!({ "Records": [] }))
        .await;
    assert_eq!(answer.expect(200), json!({ "batchItemFailures": Value::Array(Vec::new()) }));
}
