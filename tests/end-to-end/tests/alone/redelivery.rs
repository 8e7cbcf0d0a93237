//! Records that are delivered twice, records that can never be applied, and persist killed at work.

use std::collections::BTreeMap;

use conversation::fake::samples::{create_chat, create_message};
use conversation::{MessageWrite, Write};
use end_to_end::{Client, Process, WritesQueue};
use test_stack::eventually;

#[tokio::test]
async fn records_delivered_again_change_nothing() {
    let (client, queue) = (Client::default(), WritesQueue::find().await);
    let chat = client.create_chat().await;
    for body in ["one", "two", "three"] {
        client.create_message(&chat, body).await;
    }
    client.wait_for_count(&chat, "messages_count", 3).await;

    let id = client.chat_id(&chat).await;
    queue.send(&Write::CreateChat(create_chat(&id, 1, 5))).await;
    for (number, body) in [(2, "two"), (1, "one"), (2, "two")] {
        queue.send(&Write::Message(MessageWrite::Create(create_message(&id, number, number, body)))).await;
    }
    // Records of a chat are applied in order: these are applied before the fourth message is counted.
    client.create_message(&chat, "four").await;
    client.wait_for_count(&chat, "messages_count", 4).await;
    let messages = client.list(&format!("{chat}/messages")).await;
    let bodies: Vec<_> = messages.iter().map(|message| message["body"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["one", "two", "three", "four"]);
    client.wait_for_count(chat.rsplit_once("/chats").unwrap().0, "chats_count", 1).await;
}

#[tokio::test]
async fn an_unreadable_record_is_buried_with_its_reason_and_its_chat_continues() {
    let (client, queue) = (Client::default(), WritesQueue::find().await);
    let chat = client.create_chat().await;
    let group = client.chat_id(&chat).await.key();
    let unreadable = format!("{{\"version\":0,\"mark\":\"{group}\"}}");
    queue.send_record(&group, &unreadable).await;
    client.create_message(&chat, "after the unreadable record").await;
    client.wait_until_stored(&format!("{chat}/messages/1")).await;
    let reason = queue.wait_until_buried(&unreadable).await;
    assert_eq!(reason, "not a write of version 1: it has version 0");
}

#[tokio::test]
async fn no_message_is_lost_if_persist_is_killed() {
    let client = Client::default();
    let chat = client.create_chat().await;
    let writers = client.start_writers(&chat, 120);
    eventually("the first message is stored", async || {
        client.get(&format!("{chat}/messages/1")).await.status.is_success().then_some(())
    })
    .await;
    let processes = Process::all_of("Persist");
    assert!(!processes.is_empty(), "persist runs");
    for process in processes {
        process.kill();
    }

    let mut created = BTreeMap::new();
    for writer in writers {
        let (number, body) = writer.await.unwrap();
        created.insert(number, body);
    }
    client.wait_for_count(&chat, "messages_count", 120).await;
    assert_eq!(client.bodies(&chat).await, created);
}
