//! Runs after the end-to-end tests. Tokens, keys and message texts that they used are only where they belong: tokens and
//! keys in replies to their owners, message texts in the queue of writes, the table of messages and the index.

use std::collections::BTreeMap;

use end_to_end::{Client, Process, UsedSecret};
use leaks::{EventSource, Place, Queue};
use reqwest::Method;
use serde_json::json;
use test_stack::Stack;
use url::form_urlencoded::byte_serialize;

/// How many characters of a token hold nothing but its MAC.
const MAC_CHARS: usize = 37;
/// In every text of this test.
const WORD: &str = "unmistakable samovar";

/// Records of every kind on each queue, held there for the time of a look.
async fn held_records() -> Vec<Place> {
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
    let index_requests = Queue::named("chatlog-index.fifo").await.holding(1).await;
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
    client.delete(&format!("/applications/{}", created["id"].as_str().unwrap())).await.expect_no_content();
    let queue = Queue::named("chatlog-writes.fifo").await;
    let writes = queue.holding(6).await;
    persist.switch(true).await;
    queue.wait_until_empty().await;
    let dead_letters = Queue::named("chatlog-writes-dlq.fifo").await.all().await;
    vec![index_requests, writes, dead_letters]
}

#[tokio::test]
async fn secrets_are_only_where_they_belong() {
    let mut places = held_records().await;
    let queue_of_writes = "the queue chatlog-writes.fifo";
    places.extend(Place::logs().await);
    places.extend(Place::tables().await);
    places.push(Place::index().await);

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

    let belong =
        [queue_of_writes, "the queue chatlog-writes-dlq.fifo", "the table chatlog-messages", "the index"];
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for place in &places {
        assert!(!place.is_empty(), "{} is empty, so nothing could be found there", place.name);
        found.entry(&place.name).or_default().extend(place.find(&credentials));
        let texts = place.find(&texts);
        if belong.contains(&place.name.as_str()) {
            assert!(
                !texts.is_empty() || place.name.contains("dlq"),
                "the search finds no text in {}",
                place.name
            );
        } else {
            found.entry(&place.name).or_default().extend(texts);
        }
    }
    found.retain(|_, secrets| !secrets.is_empty());
    assert!(found.is_empty(), "{found:#?}");
}
