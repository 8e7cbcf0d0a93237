use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use test_stack::Stack;

use crate::Response;
use crate::used_secrets::{record_request, record_response};

const JSON: (&str, &str) = ("content-type", "application/json");

/// A client of the API. Every response must be one that `openapi.json` describes.
///
/// A path is relative to the API's base URL. A complete URL, such as one in `Location`, can stand for it.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    authorization: Option<String>,
}

impl Default for Client {
    fn default() -> Self {
        Self { http: http_client(), base: Stack::of_tests().api, authorization: None }
    }
}

pub(crate) fn http_client() -> reqwest::Client {
    // The client needs a TLS provider, although the stack has no TLS. It fails if the process already has this one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder().no_proxy().timeout(Duration::from_mins(1)).build().unwrap()
}

impl Client {
    /// The same client, which sends a token or an admin key with each request.
    #[must_use]
    pub fn bearing(&self, credential: &str) -> Self {
        Self { authorization: Some(format!("Bearer {credential}")), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Response {
        self.send(Method::GET, path, None, "").await
    }

    pub async fn delete(&self, path: &str) -> Response {
        self.send(Method::DELETE, path, None, "").await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Response {
        self.send_json(Method::POST, path, body).await
    }

    pub async fn send_json(&self, method: Method, path: &str, body: &Value) -> Response {
        self.send_with_headers(method, path, &[JSON], body.to_string()).await
    }

    /// Posts JSON with an `Idempotency-Key`.
    pub async fn post_with_key(&self, path: &str, key: &str, body: &Value) -> Response {
        let headers = [JSON, ("idempotency-key", key)];
        self.send_with_headers(Method::POST, path, &headers, body.to_string()).await
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: impl Into<reqwest::Body>,
    ) -> Response {
        let headers = content_type.map(|content_type| ("content-type", content_type));
        self.send_with_headers(method, path, headers.as_slice(), body).await
    }

    pub async fn send_with_headers(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Response {
        let url = if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) };
        let body = body.into();
        if url.starts_with(&self.base) {
            let authorization = self.authorization.as_deref().map(|value| ("authorization", value));
            let headers: Vec<_> = headers.iter().copied().chain(authorization).collect();
            record_request(&url, &headers, body.as_bytes().unwrap_or_default());
        }
        let mut request = self.http.request(method.clone(), url).body(body);
        if let Some(authorization) = &self.authorization {
            request = request.header("authorization", authorization);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let received = request.send().await.unwrap();
        let response = Response {
            url: received.url().clone(),
            status: received.status(),
            headers: received.headers().clone(),
            text: received.text().await.unwrap(),
        };
        if response.url.as_str().starts_with(&self.base) {
            record_response(&response.text);
        }
        self.check(&method, &response);
        response
    }

    /// Checks a response of the API against `openapi.json`. Other services of the stack are not described there.
    fn check(&self, method: &Method, response: &Response) {
        let Some(path) = response.url.as_str().strip_prefix(&self.base) else { return };
        let described = openapi_document::Response {
            status: response.status,
            headers: &response.headers,
            content: &response.text,
        };
        described.check(method, path).unwrap_or_else(|error| {
            panic!("openapi.json does not describe this response to {method}: {error}: {response:?}")
        });
    }
}
