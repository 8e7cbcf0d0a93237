use reqwest::{Method, RequestBuilder};
use serde_json::Value;
use test_stack::Stack;
use url::form_urlencoded;

use crate::client::http_client;

/// The AWS APIs of the stack, called as the owner of the account.
#[derive(Debug)]
pub struct Aws {
    http: reqwest::Client,
    endpoint: String,
}

impl Default for Aws {
    fn default() -> Self {
        Self { http: http_client(), endpoint: Stack::of_tests().aws }
    }
}

impl Aws {
    /// Calls an operation of an API that speaks JSON by its `X-Amz-Target`, such as `DynamoDB_20120810.Scan`.
    pub async fn call(&self, target: &str, input: &Value) -> Value {
        let service = match target {
            target if target.starts_with("DynamoDB") => "dynamodb",
            target if target.starts_with("Logs") => "logs",
            target if target.starts_with("AmazonSQS") => "sqs",
            other => panic!("which service has {other}?"),
        };
        let request = self
            .request(service, Method::POST, "/")
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", target)
            .body(input.to_string());
        serde_json::from_str(&answer(request, target).await).unwrap()
    }

    /// Calls an operation of an API that speaks JSON over paths, such as `/2015-03-31/functions/` of `lambda`.
    pub async fn rest(&self, service: &str, method: Method, path: &str, input: Option<&Value>) -> Value {
        let operation = format!("{method} {path}");
        let mut request = self.request(service, method, path);
        if let Some(input) = input {
            request = request.header("content-type", "application/json").body(input.to_string());
        }
        serde_json::from_str(&answer(request, &operation).await).unwrap()
    }

    /// Calls an operation of an API that takes forms and replies in XML: `iam` or `cloudformation`.
    pub async fn query(&self, service: &str, action: &str, parameters: &[(&str, &str)]) -> String {
        let version = if service == "iam" { "2010-05-08" } else { "2010-05-15" };
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs([("Action", action), ("Version", version)]).extend_pairs(parameters);
        let request = self
            .request(service, Method::POST, "/")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.finish());
        answer(request, action).await
    }

    /// What is at a URL that an operation has returned, such as the archive of a program.
    pub async fn download(&self, url: &str) -> Vec<u8> {
        let response = self.http.get(url).send().await.unwrap();
        assert!(response.status().is_success(), "{response:?}");
        response.bytes().await.unwrap().into()
    }

    /// A request with an access key that the engines know. None of them checks its signature.
    fn request(&self, service: &str, method: Method, path: &str) -> RequestBuilder {
        let credential = format!("Credential=test/20250101/us-east-1/{service}/aws4_request");
        let authorization = format!("AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0");
        self.http.request(method, format!("{}{path}", self.endpoint)).header("authorization", authorization)
    }

    /// The URL of a queue, by its name.
    pub async fn queue_url(&self, name: &str) -> Value {
        self.call("AmazonSQS.GetQueueUrl", &serde_json::json!({ "QueueName": name })).await["QueueUrl"].take()
    }

    /// Every item of a table.
    pub async fn items(&self, table: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut input = serde_json::json!({ "TableName": table });
        loop {
            let mut page = self.call("DynamoDB_20120810.Scan", &input).await;
            items.extend(page["Items"].as_array().unwrap().clone());
            match page["LastEvaluatedKey"].take() {
                Value::Null => return items,
                key => input["ExclusiveStartKey"] = key,
            }
        }
    }
}

async fn answer(request: RequestBuilder, operation: &str) -> String {
    let response = request.send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    assert!(status.is_success(), "{operation}: {status} {text}");
    text
}
