//! Runs after the end-to-end tests. Tokens, keys and message texts that they used are only where they belong: tokens and
//! keys in replies to their owners, message texts in the queue of writes, the table of messages and the index.

use std::collections::BTreeMap;

use end_to_end::{Client, Process, UsedSecret};
use leaks::{EventSource, Place, Queue};
use reqwest::Method;
use serde_json::json;
use test_stack::Stack;
use url::form_urlencoded::byte_serialize;

const QUEUE_OF_WRITES: &str = "the queue chatlog-writes.fifo";
const DEAD_LETTERS: &str = "the queue chatlog-writes-dlq.fifo";
const MESSAGES: &str = "the table chatlog-messages";
const INDEX: &str = "the index";
/// Where message texts belong.
const WITH_TEXTS: [&str; 4] = [QUEUE_OF_WRITES, DEAD_LETTERS, MESSAGES, INDEX];
/// Where the ids of applications are, which shows that the search finds what is there.
const WITH_IDS: [&str; 9] = [
    "the log of create-message",
    "the log of persist",
    "the queue chatlog-index",
    QUEUE_OF_WRITES,
    "the table chatlog-applications",
    "the table chatlog-chats",
    "the table chatlog-counters",
    MESSAGES,
    INDEX,
];
/// How many characters of a token hold nothing but its MAC.
const MAC_CHARS: usize = 37;
/// In every text of this test.
const WORD: &str = "unmistakable samovar";

/// Records of every kind on each queue, held there for the time of a look, and the id of their application.
async fn held_records() -> (Vec<Place>, String) {
    let client = Client::default().of_operator();
    let created = client.post("/applications", &json!({ "name": "Tea house" })).await.expect(201);
    let tenant = Client::default().bearing(created["token"].as_str().unwrap());
    let chats = "/applications/self/chats";
    let chat = format!("{chats}/1");
    tenant.post(chats, &json!({})).await.expect(201);
    tenant.create_message(&chat, &format!("{WORD} one")).await;
    tenant.wait_until_stored(&format!("{chat}/messages/1")).await;

    // While OpenSearch does not respond, persist queues the changes of the index.
    let reindex = EventSource::of("Reindex").await;
    reindex.switch(false).await;
    let stopped = Process::opensearch().stop();
    tenant.create_message(&chat, &format!("{WORD} two")).await;
    let index_requests = Queue::named("chatlog-index").await.holding(1).await;
    drop(stopped);
    reindex.switch(true).await;

    let persist = EventSource::of("Persist").await;
    persist.switch(false).await;
    tenant.post(chats, &json!({})).await.expect(201);
    tenant.create_message(&chat, &format!("{WORD} three")).await;
    let update = json!({ "body": format!("{WORD} four") });
    tenant.send_json(Method::PUT, &format!("{chat}/messages/1"), &update).await.expect(200);
    tenant.delete(&format!("{chat}/messages/2")).await.expect_no_content();
    tenant.delete(&format!("{chats}/2")).await.expect_no_content();
    let id = created["id"].as_str().unwrap().to_owned();
    client.delete(&format!("/applications/{id}")).await.expect_no_content();
    let queue = Queue::named("chatlog-writes.fifo").await;
    let writes = queue.holding(6).await;
    persist.switch(true).await;
    queue.wait_until_empty().await;
    let dead_letters = Queue::named("chatlog-writes-dlq.fifo").await.all().await;
    (vec![index_requests, writes, dead_letters], id)
}

/// The credentials and the texts that the end-to-end tests and this one used, as they could appear anywhere.
fn used_secrets() -> (Vec<String>, Vec<String>) {
    // The digest of the admin key is no secret.
    let admin_key = Client::default().admin_key().to_owned();
    let mut credentials = vec![admin_key, Stack::of_tests().signing_key()];
    let mut texts = Vec::new();
    for secret in UsedSecret::all() {
        match secret {
            UsedSecret::Credential(credential) => {
                // The end of a token is a secret, too: what a MAC proves.
                let end = credential.len().saturating_sub(MAC_CHARS);
                credentials.push(credential.get(end..).unwrap_or(&credential).to_owned());
            }
            UsedSecret::Text(text) => {
                // As in the query of a URL, too.
                let encoded: String = byte_serialize(text.as_bytes()).collect();
                texts.extend([encoded.replace('+', "%20"), encoded, text]);
            }
        }
    }
    assert!(credentials.len() > 50 && texts.len() > 50, "run the end-to-end tests first");
    (credentials, texts)
}

/// The ids of all applications.
async fn ids() -> Vec<String> {
    let applications = Client::default().list("/applications?limit=200").await;
    applications.iter().map(|application| application["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn secrets_are_only_where_they_belong() {
    let (mut places, id) = held_records().await;
    places.extend(Place::logs().await);
    places.extend(Place::tables().await);
    places.push(Place::index().await);
    let (credentials, texts) = used_secrets();
    let mut ids = ids().await;
    ids.push(id);

    let mut leaks: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for place in &places {
        let name = place.name.as_str();
        assert!(!place.is_empty(), "{name} is empty");
        assert!(!WITH_IDS.contains(&name) || !place.find(&ids).is_empty(), "no id is found in {name}");
        let mut found = place.find(&credentials);
        if !WITH_TEXTS.contains(&name) {
            found.extend(place.find(&texts));
        } else if name != DEAD_LETTERS {
            assert!(!place.find(&texts).is_empty(), "no text is found in {name}");
        }
        if !found.is_empty() {
            leaks.insert(name, found);
        }
    }
    let names: Vec<&str> = places.iter().map(|place| place.name.as_str()).collect();
    let searched = |name: &&str| names.contains(name);
    assert!(WITH_IDS.iter().chain(&WITH_TEXTS).all(searched), "{names:?}");
    assert!(leaks.is_empty(), "{leaks:#?}");
}
