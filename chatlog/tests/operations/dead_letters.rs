//! Records that could not be applied: looked at, moved back and removed.

use conversation::{ChatId, MessageNumber, MessageWrite, Revision, Sweep, SweepChat, Timestamp, Write};
use end_to_end::{Aws, Client, Logs, WritesQueue, remains};
use serde_json::{Value, json};
use sqs_queues::encode_write;
use test_stack::eventually;

use crate::operator::{chatlog, chatlog_error, chatlog_json};
use crate::runbook::Section;
use crate::turn;

const TEXT: &str = "unmistakable samovar";

/// A chat with one message that is counted.
async fn chat() -> (Client, String, ChatId) {
    let client = Client::default();
    let chat = client.create_chat().await;
    client.create_message(&chat, "green tea").await;
    client.wait_for_count(&chat, "messages_count", 1).await;
    let id = client.chat_id(&chat).await;
    (client, chat, id)
}

/// Waits until the dead letters have a record like this, and returns it.
async fn dead_letter_where(is_wanted: impl Fn(&Value) -> bool) -> Value {
    eventually("the dead letter is listed", async || {
        let listed = chatlog_json("dead-letters list").await;
        listed["records"].as_array().unwrap().iter().find(|record| is_wanted(record)).cloned()
    })
    .await
}

/// Waits until the dead letters have a record of a chat, and returns it.
async fn dead_letter(chat: &ChatId) -> Value {
    dead_letter_where(|record| {
        record["application"] == chat.application.as_str() && record["chat"] == chat.chat.get()
    })
    .await
}

async fn is_listed(id: &str) -> bool {
    chatlog_json("dead-letters list").await.to_string().contains(id)
}

#[tokio::test]
async fn an_unreadable_record_is_shown_without_its_text_and_dropped() {
    let _turn = turn::at_dead_letters().await;
    let (.., chat) = chat().await;
    let record = json!({ "version": 1, "application": chat.application.as_str(), "chat": TEXT, "write": "create_chat" });
    WritesQueue::find().await.send_record(&chat.key(), &record.to_string()).await;
    let listed = dead_letter(&chat).await;
    assert_eq!((&listed["queue"], &listed["kind"]), (&json!("writes"), &json!("unreadable")));
    assert!(listed["reason"].as_str().unwrap().starts_with("not a write"), "{listed}");
    assert!(!listed.to_string().contains(TEXT), "{listed}");

    let id = listed["id"].as_str().unwrap();
    let shown = chatlog_json(&format!("dead-letters show {id}")).await;
    assert!(!shown.to_string().contains(TEXT), "{shown}");
    let shown = chatlog_json(&format!("dead-letters show {id} --with-text")).await;
    assert_eq!(shown["content"]["chat"], TEXT);

    let planned = chatlog_json(&format!("dead-letters drop {id} --dry-run")).await;
    assert_eq!((&planned["is_dry_run"], &planned["records"][0]["id"]), (&json!(true), &json!(id)));
    assert!(is_listed(id).await);
    let dropped = chatlog(&format!("dead-letters drop {id}")).await;
    assert!(dropped.status.success(), "{}", String::from_utf8_lossy(&dropped.stderr));
    assert!(!is_listed(id).await);
    let error = chatlog_error(&format!("dead-letters drop {id}")).await;
    assert!(error.contains("`chatlog dead-letters list`"), "{error}");
}

/// Puts a write to the dead letters, as if it had been received too often. `copy` makes it another record.
async fn send_dead_letter(write: &Write, chat: &ChatId, copy: &str) {
    let queues = Aws::default();
    let message = json!({
        "QueueUrl": queues.queue_url("chatlog-writes-dlq.fifo").await, "MessageBody": encode_write(write).unwrap(),
        "MessageGroupId": chat.key(), "MessageDeduplicationId": format!("{copy} of {}", chat.key()),
    });
    queues.call("AmazonSQS.SendMessage", &message).await;
}

/// The creation of message 2.
fn second_message(chat: &ChatId) -> Write {
    Write::Message(MessageWrite::Create(conversation::CreateMessage {
        id: conversation::MessageId { chat: chat.clone(), message: MessageNumber::new(2).unwrap() },
        revision: Revision::new(2).unwrap(),
        body: conversation::Body::parse(TEXT.to_owned()).unwrap(),
        at: Timestamp::now(),
    }))
}

#[tokio::test]
async fn dead_letters_are_repaired_by_the_runbook() {
    let _turn = turn::at_counters_and_dead_letters().await;
    let mut runbook = Section::of("dead-writes");
    let (client, path, chat) = chat().await;
    WritesQueue::find().await.send_record(&chat.key(), "{}").await;
    let listed = dead_letter(&chat).await;
    assert_eq!(listed["kind"], "unreadable");
    let unreadable = listed["id"].as_str().unwrap();
    send_dead_letter(&second_message(&chat), &chat, "only").await;
    let id = [("ID", unreadable)];
    assert!(runbook.run_line("chatlog dead-letters list", &[]).await.contains(unreadable));
    assert!(runbook.run_line("chatlog dead-letters show", &id).await.contains("not a write"));
    runbook.run_line("chatlog dead-letters drop", &id).await;
    assert!(!is_listed(unreadable).await);
    runbook.run_line("chatlog dead-letters redrive --all", &[]).await;
    client.wait_for_count(&path, "messages_count", 2).await;
    assert_eq!(client.bodies(&path).await.get(&2).map(String::as_str), Some(TEXT));
}

async fn send_sweep(record: &str) {
    let queues = Aws::default();
    let message = json!({ "QueueUrl": queues.queue_url("chatlog-sweeps").await, "MessageBody": record });
    queues.call("AmazonSQS.SendMessage", &message).await;
}

/// The section `dead-sweeps` names the commands of `dead-writes`.
#[tokio::test]
async fn sweeps_among_the_dead_letters_are_repaired_by_the_runbook() {
    let _turn = turn::at_counters_and_dead_letters().await;
    let mut runbook = Section::of("dead-writes");
    let (client, path, chat) = chat().await;
    send_sweep("{}").await;
    let unreadable = dead_letter_where(|record| record["queue"] == "sweeps").await;
    assert_eq!(unreadable["kind"], "unreadable");
    let id = [("ID", unreadable["id"].as_str().unwrap())];
    // As if its chat had come back by a restore.
    let sweep = Write::Sweep(Sweep::Chat(SweepChat { id: chat.clone(), after: None }));
    send_sweep(&encode_write(&sweep).unwrap()).await;
    let of_live_chat = dead_letter(&chat).await;
    assert_eq!((&of_live_chat["queue"], &of_live_chat["kind"]), (&json!("sweeps"), &json!("sweep chat")));
    assert_eq!(of_live_chat["reason"], "its chat was not deleted");

    assert!(runbook.run_line("chatlog dead-letters list", &[]).await.contains(id[0].1));
    assert!(runbook.run_line("chatlog dead-letters show", &id).await.contains("not a write"));
    runbook.run_line("chatlog dead-letters drop", &id).await;
    assert!(!is_listed(id[0].1).await);
    assert_eq!(client.bodies(&path).await.len(), 1);
    client.delete(&path).await.expect_no_content();
    let application = chat.application.to_string();
    eventually("nothing is left of the chat", async || {
        remains(std::slice::from_ref(&application)).await.is_empty().then_some(())
    })
    .await;
    let logs = Logs::since_now();
    runbook.run_line("chatlog dead-letters redrive --all", &[]).await;
    eventually("the sweep is made again", async || {
        let lines = logs.json_lines_of("sweep").await;
        lines.iter().any(|line| line["done"].to_string().contains(&application)).then_some(())
    })
    .await;
    assert!(!is_listed(&application).await);
}

#[tokio::test]
async fn a_redriven_record_takes_effect_once() {
    let _turn = turn::at_counters_and_dead_letters().await;
    let (client, path, chat) = chat().await;
    let write = second_message(&chat);
    for copy in ["first", "second"] {
        send_dead_letter(&write, &chat, copy).await;
    }

    let listed = dead_letter(&chat).await;
    assert_eq!((&listed["kind"], &listed["message"]), (&json!("create message"), &json!(2)));
    assert_eq!(listed["reason"], Value::Null);
    let first = listed["id"].as_str().unwrap();
    let planned = chatlog_json(&format!("dead-letters redrive {first} --dry-run")).await;
    assert_eq!(planned["is_dry_run"], true);
    assert!(is_listed(first).await);
    chatlog_json(&format!("dead-letters redrive {first}")).await;
    client.wait_for_count(&path, "messages_count", 2).await;
    assert_eq!(client.bodies(&path).await.get(&2).map(String::as_str), Some(TEXT));

    chatlog_json("dead-letters redrive --all").await;
    assert!(!is_listed(&chat.application.to_string()).await);
    WritesQueue::find().await.wait_until_applied(&chat).await;
    client.wait_for_count(&path, "messages_count", 2).await;
    assert_eq!(client.bodies(&path).await.len(), 2);
}
