//! What each client does in a round.

use std::collections::BTreeMap;

use conversation::RequestId;
use end_to_end::{Client, remains};
use reqwest::Method;
use serde_json::{Value, json};
use test_stack::eventually;

/// A word that is in every message.
const WORD: &str = "samovar";
/// The chats of the application that a token opens.
const CHATS: &str = "/applications/self/chats";

fn random_key() -> String {
    RequestId::random().unwrap().as_str().to_owned()
}

/// Writes into a chat of its own, and checks that what it wrote is there: each message once, with its last text.
#[derive(Debug)]
pub(crate) struct Writer {
    client: Client,
    chat: String,
    /// What is in the chat.
    messages: BTreeMap<u64, String>,
    /// The latest creation: its key, its body and the number that it got.
    latest: Option<(String, String, u64)>,
}

impl Writer {
    pub(crate) async fn start() -> Self {
        let client = Client::default();
        let chat = client.create_chat().await;
        Self { client, chat, messages: BTreeMap::new(), latest: None }
    }

    pub(crate) async fn round(&mut self, round: u64) {
        let (key, body) = (random_key(), format!("{WORD} of round {round}"));
        let number = self.create(&key, &body).await;
        assert_eq!(number, round + 1, "numbers follow one another");
        self.messages.insert(number, body.clone());
        // A retry of the round before: another release may have done it.
        if let Some((key, body, number)) = self.latest.replace((key, body, number)) {
            assert_eq!(self.create(&key, &body).await, number, "the same key returns the same creation");
        }
        let path = format!("{}/messages/{number}", self.chat);
        match round % 3 {
            0 => {
                let body = format!("{WORD} of round {round}, changed");
                let change = json!({ "body": body });
                self.client.send_json(Method::PUT, &path, &change).await.expect(200);
                self.messages.insert(number, body);
            }
            1 => {
                self.client.delete(&path).await.expect_no_content();
                self.messages.remove(&number);
            }
            _ => {}
        }
        self.wait_until_read(&path, number).await;
        self.check().await;
    }

    async fn create(&self, key: &str, body: &str) -> u64 {
        let path = format!("{}/messages", self.chat);
        let created = self.client.post_with_key(&path, key, &json!({ "body": body })).await;
        created.expect(201)["number"].as_u64().unwrap()
    }

    /// Waits until a message is read as it was written last. No read may fail for another reason than that it is not stored.
    async fn wait_until_read(&self, path: &str, number: u64) {
        eventually(&format!("{path} is read as it was written"), async || {
            let response = self.client.get(path).await;
            assert!([200, 404].contains(&response.status.as_u16()), "{response:?}");
            let read = response.json();
            let is_read = match self.messages.get(&number) {
                Some(body) => read["body"] == **body,
                None => read["code"] == "message_not_found",
            };
            is_read.then_some(())
        })
        .await;
    }

    /// Checks that the list, the count and the search have what was written, and nothing else. The latter two may be late.
    pub(crate) async fn check(&self) {
        assert_eq!(self.client.bodies(&self.chat).await, self.messages);
        let count = self.messages.len().try_into().unwrap();
        self.client.wait_for_count(&self.chat, "messages_count", count).await;
        eventually("a search finds what was written", async || {
            (self.found().await == self.messages).then_some(())
        })
        .await;
    }

    async fn found(&self) -> BTreeMap<u64, String> {
        let search = format!("{}/messages/search?q={WORD}&limit=200", self.chat);
        let hit = |hit: &Value| Some((hit["number"].as_u64()?, hit["body"].as_str()?.to_owned()));
        self.client.list(&search).await.iter().filter_map(hit).collect()
    }
}

/// Looks at what never changes, and so must always be right.
#[derive(Debug)]
pub(crate) struct Bystander {
    client: Client,
    chat: String,
}

impl Bystander {
    pub(crate) async fn start() -> Self {
        let client = Client::default();
        let chat = client.create_chat().await;
        client.create_message(&chat, "constant").await;
        client.wait_for_count(&chat, "messages_count", 1).await;
        // The first message of a stack creates the index, which fails searches until it is there.
        eventually("a search finds the message", async || {
            let response = client.get(&format!("{chat}/messages/search?q=constant")).await;
            (response.status == 200 && response.json()[0]["number"] == 1).then_some(())
        })
        .await;
        Self { client, chat }
    }

    pub(crate) async fn round(&mut self) {
        let Self { client, chat } = self;
        assert_eq!(client.search(chat, "constant").await, [1]);
        assert_eq!(client.get(&format!("{chat}/messages/1")).await.expect(200)["body"], "constant");
        assert_eq!(client.get(chat).await.expect(200)["messages_count"], 1);
        client.get("/openapi.json").await.expect(200);
        client.delete("/applications").await.expect_problem(405, "method_not_allowed");
    }
}

/// Creates and deletes chats of an application.
#[derive(Debug)]
pub(crate) struct Tenant {
    id: String,
    client: Client,
}

impl Tenant {
    pub(crate) async fn start() -> Self {
        let client = Client::default();
        let (id, token) = client.new_application().await;
        Self { id, client: client.bearing(&token) }
    }

    pub(crate) async fn round(&mut self, round: u64) {
        let created = self.client.post_with_key(CHATS, &random_key(), &json!({})).await.expect(201);
        assert_eq!(created["number"], round + 1, "numbers follow one another");
        let chat = format!("{CHATS}/{}", round + 1);
        for number in 1..=2 {
            assert_eq!(self.client.create_message(&chat, WORD).await, number);
        }
        self.client.wait_for_count(&chat, "messages_count", 2).await;
        self.client.delete(&chat).await.expect_no_content();
        self.client.get(&chat).await.expect_problem(404, "chat_not_found");
    }

    /// Waits until nothing is left of the deleted chats.
    pub(crate) async fn check(&self) {
        self.client.wait_for_count("/applications/self", "chats_count", 0).await;
        expect_nothing_left(std::slice::from_ref(&self.id)).await;
    }
}

/// Creates and deletes applications, as the operator does.
#[derive(Debug, Default)]
pub(crate) struct Owner {
    client: Client,
    deleted: Vec<String>,
}

impl Owner {
    pub(crate) async fn round(&mut self) {
        let Self { client, deleted } = self;
        let (key, name) = (random_key(), json!({ "name": "Tea house" }));
        let created = client.post_with_key("/applications", &key, &name).await.expect(201);
        assert_eq!(client.post_with_key("/applications", &key, &name).await.expect(201), created);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let path = format!("/applications/{}", text(&created["id"]));
        let name = json!({ "name": "Coffee house" });
        client.send_json(Method::PUT, &path, &name).await.expect(200);

        let tenant = client.bearing(created["token"].as_str().unwrap());
        assert_eq!(tenant.get("/applications/self").await.expect(200)["name"], "Coffee house");
        let rotated = tenant.post("/applications/self/token", &json!({})).await.expect(201);
        let tenant = client.bearing(rotated["token"].as_str().unwrap());
        assert_eq!(tenant.post(CHATS, &json!({})).await.expect(201)["number"], 1);
        tenant.create_message(&format!("{CHATS}/1"), WORD).await;
        tenant.wait_until_stored(&format!("{CHATS}/1/messages/1")).await;

        client.delete(&path).await.expect_no_content();
        tenant.get("/applications/self").await.expect_problem(404, "application_not_found");
        deleted.push(text(&created["id"]));
    }

    /// Waits until nothing is left of the deleted applications.
    pub(crate) async fn check(&self) {
        expect_nothing_left(&self.deleted).await;
    }
}

async fn expect_nothing_left(applications: &[String]) {
    eventually("nothing is left of what was deleted", async || {
        remains(applications).await.is_empty().then_some(())
    })
    .await;
}
