//! What most tests do with the API.

use std::collections::BTreeMap;

use conversation::{ApplicationId, ChatId, ChatNumber};
use serde_json::{Value, json};
use test_stack::eventually;
use tokio::task::JoinHandle;

use crate::Client;

impl Client {
    /// Creates an application, and returns its token.
    pub async fn create_application(&self) -> String {
        self.new_application().await.1
    }

    /// Creates an application, and returns its id and its token.
    pub async fn new_application(&self) -> (String, String) {
        let created = self.post("/applications", &json!({ "name": "Tea house" })).await.expect(201);
        let member = |name: &str| created[name].as_str().unwrap().to_owned();
        (member("id"), member("token"))
    }

    /// Creates a chat in a new application, and returns its path.
    pub async fn create_chat(&self) -> String {
        let application = format!("/applications/{}", self.create_application().await);
        let chat = self.post(&format!("{application}/chats"), &json!({})).await.expect(201);
        format!("{application}/chats/{}", chat["number"])
    }

    /// The id of the chat at a path.
    pub async fn chat_id(&self, chat: &str) -> ChatId {
        let (application, number) = chat.rsplit_once("/chats/").unwrap();
        let id = self.get(application).await.expect(200)["id"].as_str().unwrap().to_owned();
        ChatId { application: ApplicationId::parse(&id).unwrap(), chat: ChatNumber::parse(number).unwrap() }
    }

    /// Creates a message, and returns its number.
    pub async fn create_message(&self, chat: &str, body: &str) -> u64 {
        let created = self.post(&format!("{chat}/messages"), &json!({ "body": body })).await;
        created.expect(201)["number"].as_u64().unwrap()
    }

    /// Starts tasks that each create one message in a chat. Each returns the number and the body.
    pub fn start_writers(&self, chat: &str, writers: u32) -> Vec<JoinHandle<(u64, String)>> {
        let start = |writer| {
            let (client, chat) = (self.clone(), chat.to_owned());
            tokio::spawn(async move {
                let body = format!("from writer {writer}");
                (client.create_message(&chat, &body).await, body)
            })
        };
        (1..=writers).map(start).collect()
    }

    /// All items of a list, read page by page.
    pub async fn list(&self, path: &str) -> Vec<Value> {
        self.list_if_available(path).await.unwrap_or_else(|| panic!("{path} is temporarily unavailable"))
    }

    /// All items of a list, read page by page; `None` if one page is temporarily unavailable. On a busy machine, a large one takes too long.
    pub async fn list_if_available(&self, path: &str) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        let mut next = Some(path.to_owned());
        while let Some(path) = next {
            let page = self.get(&path).await;
            if page.status == 503 {
                page.expect_problem(503, "temporarily_unavailable");
                return None;
            }
            items.extend(page.expect(200).as_array().unwrap().clone());
            next = page.next_page();
        }
        Some(items)
    }

    /// The bodies of all messages of a chat, by number.
    pub async fn bodies(&self, chat: &str) -> BTreeMap<u64, String> {
        let body =
            |message: &Value| Some((message["number"].as_u64()?, message["body"].as_str()?.to_owned()));
        self.list(&format!("{chat}/messages?limit=200")).await.iter().filter_map(body).collect()
    }

    /// The numbers of the messages on the first page of a search.
    pub async fn search(&self, chat: &str, text: &str) -> Vec<u64> {
        let query = json!({ "query": text, "limit": 200 });
        let hits = self.post(&format!("{chat}/messages/search"), &query).await.expect(200);
        hits.as_array().unwrap().iter().map(|hit| hit["number"].as_u64().unwrap()).collect()
    }

    /// Waits until the item at `path` is stored, and returns it.
    pub async fn wait_until_stored(&self, path: &str) -> Value {
        eventually(&format!("{path} is stored"), async || {
            let response = self.get(path).await;
            response.status.is_success().then(|| response.json())
        })
        .await
    }

    /// Waits until a count of the item at `path`, such as `messages_count`, has this value.
    pub async fn wait_for_count(&self, path: &str, name: &str, expected: u64) {
        eventually(&format!("{name} of {path} is {expected}"), async || {
            let response = self.get(path).await;
            (response.status == 200 && response.json()[name] == expected).then_some(())
        })
        .await;
    }

    /// Waits until `path` is not found, for the reason that `code` names.
    pub async fn wait_until_gone(&self, path: &str, code: &str) {
        eventually(&format!("{path} responds with {code}"), async || {
            let response = self.get(path).await;
            (response.status == 404 && response.json()["code"] == code).then_some(())
        })
        .await;
    }
}
