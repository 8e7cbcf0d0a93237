//! Records that come twice, records that can never be applied, and a persist that is killed at work.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use conversation::{
    Body, ChatId, ChatNumber, CreateChat, CreateMessage, MessageId, MessageNumber, Revision, Timestamp,
    Token, Write,
};
use end_to_end::{Client, Queue, Stack, eventually};

fn chat_id(path: &str) -> ChatId {
    let mut parts = path.split('/').skip(2).step_by(2);
    ChatId {
        application: Token::parse(parts.next().unwrap()).unwrap(),
        chat: ChatNumber::parse(parts.next().unwrap()).unwrap(),
    }
}

fn message(chat: &ChatId, number: u64, body: &str) -> Write {
    Write::CreateMessage(CreateMessage {
        id: MessageId { chat: chat.clone(), message: MessageNumber::new(number).unwrap() },
        revision: Revision::new(number).unwrap(),
        body: Body::parse(body.to_owned()).unwrap(),
        at: Timestamp::now(),
    })
}

#[tokio::test]
async fn records_that_come_again_change_nothing() {
    let (client, queue) = (Client::default(), Queue::of_writes().await);
    let chat = client.chat().await;
    for body in ["one", "two", "three"] {
        client.say(&chat, body).await;
    }
    client.comes_to(&chat, "messages_count", 3).await;

    let id = chat_id(&chat);
    let created = CreateChat { id: id.clone(), revision: Revision::new(1).unwrap(), at: Timestamp::now() };
    queue.put(&Write::CreateChat(created)).await;
    for (number, body) in [(2, "two"), (1, "one"), (2, "two")] {
        queue.put(&message(&id, number, body)).await;
    }
    // The group is in order: once the fourth is counted, those before it have been applied.
    client.say(&chat, "four").await;
    client.comes_to(&chat, "messages_count", 4).await;
    let bodies: Vec<_> =
        client.all(&format!("{chat}/messages")).await.into_iter().map(|m| m["body"].clone()).collect();
    assert_eq!(bodies, ["one", "two", "three", "four"]);
    client.comes_to(chat.rsplit_once("/chats").unwrap().0, "chats_count", 1).await;
}

#[tokio::test]
async fn what_can_never_be_applied_is_buried_with_its_reason_and_its_chat_goes_on() {
    let (client, queue) = (Client::default(), Queue::of_writes().await);
    let chat = client.chat().await;
    let group = chat_id(&chat).key();
    let poison = format!("{{\"version\":99,\"mark\":\"{group}\"}}");
    queue.put_record(&group, &poison).await;
    client.say(&chat, "after the poison").await;
    client.stored(&format!("{chat}/messages/1")).await;
    let reason = queue.buried(&poison).await;
    assert_eq!(reason, "version 99 is unknown; this one reads version 1");
}

/// Ends every process of persist that belongs to the tests' stack. Answers how many there were.
fn kill_persist(stack: &Stack) -> usize {
    let of_stack = format!("AWS_ENDPOINT_URL={}\0", stack.aws);
    let is_persist = |entry: &fs::DirEntry| {
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        let environment = String::from_utf8_lossy(&environment);
        environment.contains("AWS_LAMBDA_FUNCTION_NAME=chatlog-Persist") && environment.contains(&of_stack)
    };
    let processes: Vec<_> = fs::read_dir("/proc").unwrap().flatten().filter(is_persist).collect();
    for process in &processes {
        // One that has just ended by itself is as good.
        let _ = Command::new("kill").arg("-KILL").arg(process.file_name()).status();
    }
    processes.len()
}

#[tokio::test]
async fn killing_persist_at_work_loses_nothing() {
    let stack = Stack::of_tests();
    let client = Client::default();
    let chat = client.chat().await;
    let writers = client.crowd(&chat, 120);
    eventually("the first message is stored", async || {
        client.get(&format!("{chat}/messages/1")).await.status.is_success().then_some(())
    })
    .await;
    assert!(kill_persist(&stack) > 0, "persist was running");

    let mut given = BTreeMap::new();
    for writer in writers {
        let (number, body) = writer.await.unwrap();
        given.insert(number, body);
    }
    client.comes_to(&chat, "messages_count", 120).await;
    assert_eq!(client.bodies(&chat).await, given);
}
