//! A client of the API, and the stack it talks to.

mod document;
mod queue;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use reqwest::header::HeaderMap;
use reqwest::{Method, StatusCode, Url};
use serde::Deserialize;
use serde_json::Value;
use tokio::task::JoinHandle;

pub use queue::Queue;

/// The local stack that the tests run against.
#[derive(Debug, Clone, Deserialize)]
pub struct Stack {
    pub api: String,
    pub aws: String,
    pub opensearch: String,
}

impl Stack {
    /// The stack that `CHATLOG_STACK` names.
    pub fn of_tests() -> Self {
        let read = || {
            let path = std::env::var("CHATLOG_STACK").ok()?;
            serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
        };
        read().unwrap_or_else(|| {
            panic!("no stack to test against: run these tests by `cargo xtask test end-to-end`")
        })
    }
}

/// An answer of the API.
#[derive(Debug)]
pub struct Answer {
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Its JSON, if it has the status that was expected.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self.json()
    }

    /// Checks that it is a 204, which has nothing to say.
    pub fn expect_nothing(&self) {
        assert_eq!((self.status.as_u16(), self.text.as_str()), (204, ""), "{self:?}");
    }

    /// Checks that it is a whole problem document of this status and code.
    pub fn expect_problem(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(problem["code"], code, "{self:?}");
        assert_eq!(problem["status"], status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        for member in ["type", "title", "detail", "request_id"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {self:?}");
        }
        problem
    }

    /// Where its `Location` leads.
    pub fn location(&self) -> String {
        let reference = self.header("location").unwrap_or_else(|| panic!("no Location in {self:?}"));
        self.url.join(reference).unwrap().to_string()
    }

    /// Where its `Link` to the next page leads, if it has one.
    pub fn next(&self) -> Option<String> {
        let link = self.header("link")?;
        let reference = link.strip_prefix('<')?.strip_suffix(">; rel=\"next\"")?;
        Some(self.url.join(reference).unwrap().to_string())
    }
}

/// A client of the API of the tests' stack.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
}

impl Default for Client {
    fn default() -> Self {
        // The client wants a TLS provider even where it never speaks TLS.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_mins(1)).build().unwrap();
        Self { http, base: Stack::of_tests().api }
    }
}

impl Client {
    /// The URL of a path of the API; a whole URL stays as it is.
    pub fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.base) }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, "").await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some("application/json"), body.to_string()).await
    }

    /// Sends JSON with a method such as PUT.
    pub async fn change(&self, method: Method, path: &str, body: &Value) -> Answer {
        self.send(method, path, Some("application/json"), body.to_string()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None, "").await
    }

    /// Posts JSON under an `Idempotency-Key`.
    pub async fn post_once(&self, path: &str, key: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json"), ("idempotency-key", key)];
        self.send_with(Method::POST, path, &headers, body.to_string()).await
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        content_type: Option<&str>,
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let headers = content_type.map(|content_type| ("content-type", content_type));
        self.send_with(method, path, headers.as_slice(), body).await
    }

    /// Sends a request with headers of one's own. Whatever the API answers, it has to be what the document
    /// describes.
    pub async fn send_with(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<reqwest::Body>,
    ) -> Answer {
        let mut request = self.http.request(method.clone(), self.url(path)).body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        let (url, status, headers) = (response.url().clone(), response.status(), response.headers().clone());
        let answer = Answer { url, status, headers, text: response.text().await.unwrap() };
        if let Some(path) = answer.url.as_str().strip_prefix(&self.base) {
            document::check(&method, path, &answer).unwrap_or_else(|error| {
                panic!("openapi.json knows no such answer to {method}: {error} in {answer:?}")
            });
        }
        answer
    }

    /// A new application's token.
    pub async fn application(&self) -> String {
        let created =
            self.post("/applications", &serde_json::json!({ "name": "Tea house" })).await.expect(201);
        created["token"].as_str().unwrap().to_owned()
    }

    /// The path of a new chat in a new application.
    pub async fn chat(&self) -> String {
        let application = format!("/applications/{}", self.application().await);
        let chat = self.post(&format!("{application}/chats"), &serde_json::json!({})).await.expect(201);
        format!("{application}/chats/{}", chat["number"])
    }

    /// Posts a message and answers its number.
    pub async fn say(&self, chat: &str, body: &str) -> u64 {
        let said = self.post(&format!("{chat}/messages"), &serde_json::json!({ "body": body })).await;
        said.expect(201)["number"].as_u64().unwrap()
    }

    /// Starts as many writers, who each post one message to a chat at once and answer its number and body.
    pub fn crowd(&self, chat: &str, writers: u32) -> Vec<JoinHandle<(u64, String)>> {
        let write = |writer| {
            let (client, chat) = (self.clone(), chat.to_owned());
            tokio::spawn(async move {
                let body = format!("from writer {writer}");
                (client.say(&chat, &body).await, body)
            })
        };
        (1..=writers).map(write).collect()
    }

    /// The bodies of all messages of a chat, by their numbers.
    pub async fn bodies(&self, chat: &str) -> BTreeMap<u64, String> {
        let message =
            |message: &Value| Some((message["number"].as_u64()?, message["body"].as_str()?.to_owned()));
        self.all(&format!("{chat}/messages?limit=200")).await.iter().filter_map(message).collect()
    }

    /// The item at `path`, once it is stored.
    pub async fn stored(&self, path: &str) -> Value {
        eventually(&format!("{path} is stored"), async || {
            let answer = self.get(path).await;
            answer.status.is_success().then(|| answer.json())
        })
        .await
    }

    /// Searches a chat and answers the numbers of the first page.
    pub async fn search(&self, chat: &str, text: &str) -> Vec<u64> {
        let body = serde_json::json!({ "query": text, "limit": 200 });
        let hits = self.post(&format!("{chat}/messages/search"), &body).await.expect(200);
        hits.as_array().unwrap().iter().map(|hit| hit["number"].as_u64().unwrap()).collect()
    }

    /// Waits until a field of the item at `path` has this value.
    pub async fn comes_to(&self, path: &str, field: &str, expected: u64) {
        eventually(&format!("{field} of {path} is {expected}"), async || {
            let answer = self.get(path).await;
            (answer.status == 200 && answer.json()[field] == expected).then_some(())
        })
        .await;
    }

    /// Waits until nothing is found at `path` any more.
    pub async fn goes(&self, path: &str, code: &str) {
        eventually(&format!("{path} is gone"), async || {
            let answer = self.get(path).await;
            (answer.status == 404 && answer.json()["code"] == code).then_some(())
        })
        .await;
    }

    /// All items of a list, following its links.
    pub async fn all(&self, path: &str) -> Vec<Value> {
        let mut items = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let answer = self.get(&path).await;
            items.extend(answer.expect(200).as_array().unwrap().clone());
            next = answer.next();
        }
        items
    }
}

/// Asks again until `answer` is some, for at most two minutes.
pub async fn eventually<T>(what: &str, mut answer: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_mins(2);
    let mut pace = tokio::time::interval(Duration::from_millis(50));
    while Instant::now() < deadline {
        if let Some(value) = answer().await {
            return value;
        }
        pace.tick().await;
    }
    panic!("not within two minutes: {what}");
}
