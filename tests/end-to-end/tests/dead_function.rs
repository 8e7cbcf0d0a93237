//! A function that ends before it answers: the client is told that nobody knows what it did.

use end_to_end::{Client, Stack, eventually};
use reqwest::Method;
use serde_json::{Value, json};

/// The configuration of the function that has this logical id.
async fn configuration(client: &Client, logical_id: &str) -> (String, Value) {
    let aws = Stack::of_tests().aws;
    let listed = client.get(&format!("{aws}/2015-03-31/functions/")).await.expect(200);
    let function = listed["Functions"]
        .as_array()
        .and_then(|functions| {
            functions.iter().find(|it| it["FunctionName"].as_str().unwrap().contains(logical_id))
        })
        .unwrap_or_else(|| panic!("no {logical_id} in {listed}"));
    let name = function["FunctionName"].as_str().unwrap();
    (format!("{aws}/2015-03-31/functions/{name}/configuration"), function["Environment"].clone())
}

async fn set_environment(client: &Client, configuration: &str, environment: &Value) {
    let body = json!({ "Environment": environment }).to_string();
    client.send(Method::PUT, configuration, Some("application/json"), body).await.expect(200);
}

#[tokio::test]
async fn a_function_that_cannot_start_leaves_the_outcome_unknown() {
    let client = Client::default();
    let (configuration, whole) = configuration(&client, "OtherMethods").await;
    let mut broken = whole.clone();
    broken["Variables"]["CORS_ALLOWED_ORIGIN"] = json!("no origin");

    set_environment(&client, &configuration, &broken).await;
    let answer = client.send(Method::DELETE, "/applications", None, "").await;
    set_environment(&client, &configuration, &whole).await;

    answer.expect_problem(503, "outcome_unknown");
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example.org"));
    eventually("the function answers again", async || {
        let answer = client.send(Method::DELETE, "/applications", None, "").await;
        (answer.status == 405).then_some(())
    })
    .await;
}
