//! A function that ends before it responds: nobody knows what it did.

use end_to_end::{Aws, Client};
use reqwest::Method;
use serde_json::{Value, json};
use test_stack::eventually;

/// The path of a function's configuration, and its environment.
async fn configuration(aws: &Aws, logical_id: &str) -> (String, Value) {
    let listed = aws.rest("lambda", Method::GET, "/2015-03-31/functions/", None).await;
    let function = listed["Functions"]
        .as_array()
        .and_then(|functions| {
            functions.iter().find(|function| function["FunctionName"].as_str().unwrap().contains(logical_id))
        })
        .unwrap_or_else(|| panic!("no {logical_id} in {listed}"));
    let name = function["FunctionName"].as_str().unwrap();
    (format!("/2015-03-31/functions/{name}/configuration"), function["Environment"].clone())
}

async fn set_environment(aws: &Aws, configuration: &str, environment: &Value) {
    let change = json!({ "Environment": environment });
    aws.rest("lambda", Method::PUT, configuration, Some(&change)).await;
    eventually("the function is updated", async || {
        let updated = aws.rest("lambda", Method::GET, configuration, None).await;
        (updated["LastUpdateStatus"] == "Successful").then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_outcome_is_unknown_if_a_function_cannot_start() {
    let (client, aws) = (Client::default(), Aws::default());
    let (configuration, environment) = configuration(&aws, "OtherMethods").await;
    let mut broken = environment.clone();
    broken["Variables"]["CORS_ALLOWED_ORIGIN"] = json!("not an origin");

    set_environment(&aws, &configuration, &broken).await;
    // In a task of its own: a panic must not leave the function broken.
    let response =
        tokio::spawn(async { Client::default().send(Method::DELETE, "/applications", None, "").await }).await;
    set_environment(&aws, &configuration, &environment).await;

    let response = response.unwrap();
    response.expect_problem(503, "outcome_unknown");
    assert_eq!(response.header("access-control-allow-origin"), Some("https://app.example.org"));
    eventually("the function responds again", async || {
        let response = client.send(Method::DELETE, "/applications", None, "").await;
        (response.status == 405).then_some(())
    })
    .await;
}
