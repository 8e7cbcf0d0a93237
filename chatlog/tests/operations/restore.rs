//! Tables return to an earlier state, as AWS restores them: the counters to a moment before the others. Afterwards no number that
//! the rows have is given out again, and the index has what the rows have.

use std::collections::BTreeMap;

use end_to_end::{Aws, Client};
use serde_json::{Map, Value, json};
use test_stack::eventually;

use crate::operator::{chatlog_error, chatlog_json};
use crate::turn;

/// The tables that a restore brings back, each with its keys.
const TABLES: [(&str, &[&str]); 4] = [
    ("chatlog-counters", &["id"]),
    ("chatlog-applications", &["id"]),
    ("chatlog-chats", &["application", "number"]),
    ("chatlog-messages", &["chat", "number"]),
];

/// A copy of one table.
struct Copy {
    table: &'static str,
    keys: &'static [&'static str],
    items: Vec<Value>,
}

impl Copy {
    async fn of((table, keys): (&'static str, &'static [&'static str])) -> Self {
        Self { table, keys, items: Aws::default().items(table).await }
    }

    fn key(&self, item: &Value) -> Value {
        let members = self.keys.iter().map(|name| ((*name).to_owned(), item[*name].clone()));
        Value::Object(members.collect::<Map<_, _>>())
    }

    /// Brings the table back to the copy.
    async fn restore(&self) {
        let mut copied: BTreeMap<String, &Value> =
            self.items.iter().map(|item| (self.key(item).to_string(), item)).collect();
        for item in Self::of((self.table, self.keys)).await.items {
            let key = self.key(&item);
            match copied.get(&key.to_string()) {
                Some(same) if **same == item => {
                    copied.remove(&key.to_string());
                }
                Some(_) => {}
                None => {
                    let input = json!({ "TableName": self.table, "Key": key });
                    Aws::default().call("DynamoDB_20120810.DeleteItem", &input).await;
                }
            }
        }
        for item in copied.values() {
            let input = json!({ "TableName": self.table, "Item": item });
            Aws::default().call("DynamoDB_20120810.PutItem", &input).await;
        }
    }
}

async fn create_messages(client: &Client, chat: &str, bodies: &[&str]) {
    for body in bodies {
        let number = client.create_message(chat, body).await;
        client.wait_until_stored(&format!("{chat}/messages/{number}")).await;
    }
}

#[tokio::test]
async fn after_a_restore_no_number_of_a_row_is_given_out_again_and_the_index_follows_the_rows() {
    let _turn = turn::alone().await;
    let client = Client::default();
    let chat = client.create_chat().await;
    create_messages(&client, &chat, &["tea one", "tea two"]).await;
    client.wait_for_count(&chat, "messages_count", 2).await;
    let counters = Copy::of(TABLES[0]).await;
    create_messages(&client, &chat, &["tea three"]).await;
    client.wait_for_count(&chat, "messages_count", 3).await;
    let mut copies = vec![counters];
    for table in &TABLES[1..] {
        copies.push(Copy::of(*table).await);
    }
    let (messages, key) = (format!("{chat}/messages"), "before-the-restore");
    client.post_with_key(&messages, "another-key", &json!({ "body": "tea four" })).await.expect(201);
    client.post_with_key(&messages, key, &json!({ "body": "tea five" })).await.expect(201);
    client.wait_for_count(&chat, "messages_count", 5).await;

    for copy in &copies {
        copy.restore().await;
    }
    let error = chatlog_error("counters verify").await;
    assert!(error.contains("chatlog counters repair"), "{error}");
    chatlog_json("counters repair").await;
    chatlog_json("counters verify").await;
    for forget in ["forget --dry-run", "forget --page 1"] {
        let forgotten = chatlog_json(&format!("idempotency-keys {forget}")).await;
        assert!(forgotten["keys"].as_u64().unwrap() >= 2, "{forget}: {forgotten}");
    }
    assert_eq!(chatlog_json("idempotency-keys forget").await["keys"], 0);
    chatlog_json("index rebuild --switch").await;

    let again = client.post_with_key(&messages, key, &json!({ "body": "tea after the restore" })).await;
    assert_eq!(again.expect(201)["number"], 4, "the key named number 5");
    client.wait_until_stored(&format!("{chat}/messages/4")).await;
    let expected = [(1, "tea one"), (2, "tea two"), (3, "tea three"), (4, "tea after the restore")];
    let expected: BTreeMap<u64, String> = expected.map(|(number, body)| (number, body.to_owned())).into();
    assert_eq!(client.bodies(&chat).await, expected);
    client.wait_for_count(&chat, "messages_count", 4).await;
    eventually("a search finds what is stored, and nothing else", async || {
        let mut found = client.search(&chat, "tea").await;
        found.sort_unstable();
        (found == [1, 2, 3, 4]).then_some(())
    })
    .await;
}
