//! Records that come twice, records that can never be applied, and a persist that is killed at work.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use aws_sdk_sqs::Client as Queues;
use conversation::{
    Body, ChatId, ChatNumber, CreateChat, CreateMessage, MessageId, MessageNumber, Revision, Timestamp,
    Token, Write,
};
use end_to_end::{Client, Stack, eventually};
use function_environment::{Patience, Variables, sdk_config};

fn queues(stack: &Stack) -> Queues {
    let variables = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", &stack.aws),
    ];
    Queues::new(&sdk_config(&Variables::from_iter(variables), Patience::Request).unwrap())
}

/// Puts a record on the queue of writes, as a redrive from the dead-letter queue would.
async fn put(queues: &Queues, group: &str, record: &str) {
    let url =
        queues.get_queue_url().queue_name("chatlog-writes.fifo").send().await.unwrap().queue_url.unwrap();
    let once = Token::random().unwrap();
    let message = queues.send_message().queue_url(url).message_group_id(group).message_body(record);
    message.message_deduplication_id(once.as_str()).send().await.unwrap();
}

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

async fn counted(client: &Client, path: &str, field: &str, expected: u64) {
    eventually(&format!("{field} of {path} is {expected}"), async || {
        let answer = client.get(path).await;
        (answer.status == 200 && answer.json()[field] == expected).then_some(())
    })
    .await;
}

#[tokio::test]
async fn records_that_come_again_change_nothing() {
    let (client, queues) = (Client::default(), queues(&Stack::of_tests()));
    let chat = client.chat().await;
    for body in ["one", "two", "three"] {
        client.say(&chat, body).await;
    }
    counted(&client, &chat, "messages_count", 3).await;

    let id = chat_id(&chat);
    let created = CreateChat { id: id.clone(), revision: Revision::new(1).unwrap(), at: Timestamp::now() };
    put(&queues, &id.key(), &Write::CreateChat(created).encode().unwrap()).await;
    for (number, body) in [(2, "two"), (1, "one"), (2, "two")] {
        put(&queues, &id.key(), &message(&id, number, body).encode().unwrap()).await;
    }
    // The group is in order: once the fourth is counted, those before it have been applied.
    client.say(&chat, "four").await;
    counted(&client, &chat, "messages_count", 4).await;
    let bodies: Vec<_> =
        client.all(&format!("{chat}/messages")).await.into_iter().map(|m| m["body"].clone()).collect();
    assert_eq!(bodies, ["one", "two", "three", "four"]);
    counted(&client, chat.rsplit_once("/chats").unwrap().0, "chats_count", 1).await;
}

#[tokio::test]
async fn what_can_never_be_applied_is_buried_with_its_reason_and_its_chat_goes_on() {
    let stack = Stack::of_tests();
    let (client, queues) = (Client::default(), queues(&stack));
    let chat = client.chat().await;
    let group = chat_id(&chat).key();
    let poison = format!("{{\"version\":99,\"mark\":\"{group}\"}}");
    put(&queues, &group, &poison).await;
    client.say(&chat, "after the poison").await;
    client.stored(&format!("{chat}/messages/1")).await;

    let url =
        queues.get_queue_url().queue_name("chatlog-writes-dlq.fifo").send().await.unwrap().queue_url.unwrap();
    let reason = eventually("the record is in the dead-letter queue", async || {
        let taken = queues
            .receive_message()
            .queue_url(&url)
            .max_number_of_messages(10)
            .message_attribute_names("All");
        let found = taken.send().await.unwrap().messages.unwrap_or_default();
        let ours = found.into_iter().find(|message| message.body.as_deref() == Some(&poison))?;
        ours.message_attributes?.remove("reason")?.string_value
    })
    .await;
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
    counted(&client, &chat, "messages_count", 120).await;
    assert_eq!(client.bodies(&chat).await, given);
}
