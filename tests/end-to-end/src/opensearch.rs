use reqwest::Method;
use serde_json::Value;
use test_stack::Stack;

use crate::Client;

/// Sends a request to the `OpenSearch` of the stack, which must succeed.
pub async fn opensearch(method: Method, path: &str, body: &Value) -> Value {
    let url = format!("{}/{path}", Stack::of_tests().opensearch);
    Client::default().anonymous().send_json(method, &url, body).await.expect(200)
}
