//! A function that ends before it responds: nobody knows what it did.

use end_to_end::Client;
use reqwest::Method;
use serde_json::{Value, json};
use test_stack::{Stack, eventually};

/// The URL of a function's configuration, and its environment.
async fn configuration(client: &Client, logical_id: &str) -> (String, Value) {
    let aws = Stack::of_tests().aws;
    let listed = client.get(&format!("{aws}/2015-03-31/functions/")).await.expect(200);
    let function = listed["Functions"]
        .as_array()
        .and_then(|functions| {
            functions.iter().find(|function| function["FunctionName"].as_str().unwrap().contains(logical_id))
        })
        .unwrap_or_else(|| panic!("no {logical_id} in {listed}"));
    let name = function["FunctionName"].as_str().unwrap();
    (format!("{aws}/2015-03-31/functions/{name}/configuration"), function["Environment"].clone())
}

async fn set_environment(client: &Client, configuration: &str, environment: &Value) {
    client.send_json(Method::PUT, configuration, &json!({ "Environment": environment })).await.expect(200);
}

#[tokio::test]
async fn the_outcome_is_unknown_if_a_function_cannot_start() {
    let client = Client::default();
    let (configuration, environment) = configuration(&client, "OtherMethods").await;
    let mut broken = environment.clone();
    broken["Variables"]["CORS_ALLOWED_ORIGIN"] = json!("not an origin");

    set_environment(&client, &configuration, &broken).await;
    // In a task of its own: a panic must not leave the function broken.
    let response =
        tokio::spawn(async { Client::default().send(Method::DELETE, "/applications", None, "").await }).await;
    set_environment(&client, &configuration, &environment).await;

    let response = response.unwrap();
    response.expect_problem(503, "outcome_unknown");
    assert_eq!(response.header("access-control-allow-origin"), Some("https://app.example.org"));
    eventually("the function responds again", async || {
        let response = client.send(Method::DELETE, "/applications", None, "").await;
        (response.status == 405).then_some(())
    })
    .await;
}
