use serde_json::Value;
use test_stack::Stack;

use crate::client::http_client;

/// The AWS APIs of the stack that speak JSON, as the AWS CLI calls them.
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
    /// Calls an operation by its `X-Amz-Target`, such as `DynamoDB_20120810.Scan`.
    pub async fn call(&self, target: &str, input: &Value) -> Value {
        let request = self
            .http
            .post(&self.endpoint)
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-target", target)
            .body(input.to_string());
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        assert_eq!(status, 200, "{target} of {input}: {text}");
        serde_json::from_str(&text).unwrap()
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
