//! Tables are restored by the runbook, the counters to a moment before the others. Afterwards no number that the rows have is given out
//! again, and the index has what the rows have.

use std::collections::BTreeMap;

use conversation::ChatId;
use end_to_end::{Aws, Client};
use serde_json::json;
use test_stack::eventually;

use crate::operator::{chatlog_error, chatlog_json};
use crate::parameters::{parameters, set_back};
use crate::runbook::{Section, succeed};
use crate::turn;

async fn create_messages(client: &Client, chat: &str, bodies: &[&str]) {
    for body in bodies {
        let number = client.create_message(chat, body).await;
        client.wait_until_stored(&format!("{chat}/messages/{number}")).await;
    }
}

/// Makes the restored counter of a chat that of the moment when it had two messages.
async fn restore_counter(chat: &ChatId) {
    let id = format!("{}#{}", chat.application, chat.chat);
    let older = json!({
        "TableName": "chatlog-counters-restored", "Key": { "id": { "S": id } },
        "UpdateExpression": "SET #last = :two, revision = :two",
        "ConditionExpression": "#last = :three",
        "ExpressionAttributeNames": { "#last": "last" },
        "ExpressionAttributeValues": { ":two": { "N": "2" }, ":three": { "N": "3" } },
    });
    Aws::default().call("DynamoDB_20120810.UpdateItem", &older).await;
}

/// Whether no record is on a queue.
async fn are_queues_empty() -> Option<()> {
    let status = chatlog_json("status").await;
    let queues = status["queues"].as_array().unwrap();
    queues.iter().all(|queue| queue["visible"] == 0 && queue["in_flight"] == 0).then_some(())
}

async fn has_status(client: &Client, path: &str, status: u16) -> Option<()> {
    (client.get(path).await.status == status).then_some(())
}

#[tokio::test]
async fn after_a_restore_no_number_of_a_row_is_given_out_again_and_the_index_follows_the_rows() {
    let _turn = turn::alone().await;
    let former = parameters().await;
    let mut runbook = Section::of("A restore");
    let client = Client::default();
    let chat = client.create_chat().await;
    create_messages(&client, &chat, &["tea one", "tea two", "tea three"]).await;
    client.wait_for_count(&chat, "messages_count", 3).await;
    let deleted = client.create_chat().await;
    create_messages(&client, &deleted, &["deleted by mistake"]).await;
    client.wait_for_count(&deleted, "messages_count", 1).await;
    // Step 2. MiniStack restores a table to what it is, so this comes before the writes that the restore loses.
    runbook.run_block_with("restore-table-to-point-in-time", &[]).await;
    restore_counter(&client.chat_id(&chat).await).await;
    let (messages, key) = (format!("{chat}/messages"), "before-the-restore");
    client.post_with_key(&messages, "another-key", &json!({ "body": "tea four" })).await.expect(201);
    client.post_with_key(&messages, key, &json!({ "body": "tea five" })).await.expect(201);
    client.wait_for_count(&chat, "messages_count", 5).await;
    let (application, _) = deleted.rsplit_once("/chats/").unwrap();
    client.delete(application).await.expect_no_content();

    let limits = runbook.run_block(&[]).await;
    eventually("the API is stopped", async || has_status(&client, &messages, 429).await).await;
    eventually("the queues are empty", are_queues_empty).await;
    runbook.run_block_with("purge-queue", &[]).await;
    runbook.run_block_with("RestoredTablesSuffix=", &[("$TO", "-restored")]).await;
    let error = chatlog_error("counters verify").await;
    assert!(error.contains("chatlog counters repair"), "{error}");
    for forget in ["forget --dry-run", "forget --page 1 --dry-run"] {
        let forgotten = chatlog_json(&format!("idempotency-keys {forget}")).await;
        assert!(forgotten["keys"].as_u64().unwrap() >= 2, "{forget}: {forgotten}");
    }
    runbook.run_block(&[]).await;
    assert_eq!(chatlog_json("idempotency-keys forget").await["keys"], 0);
    runbook.run_block(&[]).await;
    let limits = limits.lines().filter(|line| line.starts_with("Throttling"));
    let limits: Vec<String> = limits.map(|line| line.replace('\t', "=")).collect();
    succeed(&format!(".ci/stack set chatlog {}", limits.join(" ")), &[]).await;
    eventually("the API is open", async || has_status(&client, &messages, 200).await).await;

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
    let back = format!("{deleted}/messages");
    eventually("what was deleted is back", async || has_status(&client, &back, 200).await).await;
    assert_eq!(client.bodies(&deleted).await, [(1, "deleted by mistake".to_owned())].into());
    // Other tests use the former tables.
    set_back(&former).await;
    chatlog_json("index rebuild --switch").await;
}
