use std::time::Duration;

use openapi_document::Operation;
use reqwest::Method;
use serde_json::Value;
use test_stack::Stack;

use crate::Response;
use crate::used_secrets::{record_request, record_tokens};

const JSON: (&str, &str) = ("content-type", "application/json");

/// A client of the API. Every response must be one that `openapi.json` describes.
///
/// A path is relative to the API's base URL. A complete URL, such as one in `Location`, can stand for it. The default client
/// sends the admin key where only the operator has access, and no credential elsewhere.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    admin_key: Option<String>,
    credential: Credential,
}

#[derive(Debug, Clone)]
enum Credential {
    AdminKeyIfRequired,
    Fixed(Option<String>),
}

impl Default for Client {
    fn default() -> Self {
        let Stack { api: base, admin_key, .. } = Stack::of_tests();
        Self { http: http_client(), base, admin_key, credential: Credential::AdminKeyIfRequired }
    }
}

pub(crate) fn http_client() -> reqwest::Client {
    // The client needs a TLS provider, although the stack has no TLS. It fails if the process already has this one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Another package turns gzip on. The tests see replies as they come.
    reqwest::Client::builder().no_gzip().no_proxy().timeout(Duration::from_mins(1)).build().unwrap()
}

impl Client {
    /// The same client, which sends a token or an admin key with each request.
    #[must_use]
    pub fn bearing(&self, credential: &str) -> Self {
        Self { credential: Credential::Fixed(Some(credential.to_owned())), ..self.clone() }
    }

    /// The same client, which sends no credential.
    #[must_use]
    pub fn anonymous(&self) -> Self {
        Self { credential: Credential::Fixed(None), ..self.clone() }
    }

    /// The same client, which sends the admin key with each request.
    #[must_use]
    pub fn of_operator(&self) -> Self {
        self.bearing(self.admin_key())
    }

    pub fn admin_key(&self) -> &str {
        self.admin_key.as_deref().expect("the stack of the tests has an admin key")
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
        let path = url.strip_prefix(&self.base);
        let credential = path.and_then(|path| self.credential(&method, path, headers));
        let authorization = credential.map(|credential| format!("Bearer {credential}"));
        let authorization = authorization.as_deref().map(|value| ("authorization", value));
        let headers: Vec<_> = headers.iter().copied().chain(authorization).collect();
        if path.is_some() {
            record_request(&url, &headers, body.as_bytes().unwrap_or_default());
        }
        let mut request = self.http.request(method.clone(), url).body(body);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let received = request.send().await.unwrap();
        let response = Response {
            url: received.url().clone(),
            status: received.status(),
            headers: received.headers().clone(),
            text: received.text().await.unwrap(),
        };
        if response.url.as_str().starts_with(&self.base) {
            record_tokens(&response.text);
        }
        self.check(&method, &response);
        response
    }

    /// What to send as a bearer's credential to a path of the API.
    fn credential(&self, method: &Method, path: &str, headers: &[(&str, &str)]) -> Option<&str> {
        match &self.credential {
            _ if headers.iter().any(|(name, _)| *name == "authorization") => None,
            Credential::Fixed(credential) => credential.as_deref(),
            Credential::AdminKeyIfRequired => Operation::of_request(method, path)
                .filter(Operation::is_of_operator)
                .and(self.admin_key.as_deref()),
        }
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
