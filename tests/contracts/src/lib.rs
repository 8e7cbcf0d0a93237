//! What the contract suites share: where the real services are, and values to try them with.

use std::time::{Duration, Instant};

use aws_types::SdkConfig;
use conversation::{
    Application, Body, ChatId, ChatNumber, CreateChat, CreateMessage, DeleteChat, DeleteMessage, MessageId,
    MessageNumber, Name, Revision, Timestamp, Token, UpdateMessage,
};
use function_environment::{Patience, Variables, sdk_config};
use serde::Deserialize;

/// The engines of the local stack that the tests run against.
#[derive(Debug, Deserialize)]
pub struct Stack {
    pub aws: String,
    pub opensearch: String,
}

impl Stack {
    /// The stack that `CHATLOG_STACK` names.
    pub fn of_tests() -> Self {
        let read = || {
            let path = std::env::var("CHATLOG_STACK").ok()?;
            serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
        };
        read().unwrap_or_else(|| {
            panic!("no stack to test against: run these tests by `cargo xtask test contracts`")
        })
    }

    /// The configuration that a function of this stack would have.
    pub fn config(&self) -> SdkConfig {
        let variables = [
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL", &self.aws),
        ];
        sdk_config(&Variables::from_iter(variables), Patience::Request).unwrap()
    }
}

/// Asks again until `answer` is some, for at most 20 seconds.
pub async fn eventually<T>(what: &str, mut answer: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    let mut pace = tokio::time::interval(Duration::from_millis(20));
    while Instant::now() < deadline {
        if let Some(value) = answer().await {
            return value;
        }
        pace.tick().await;
    }
    panic!("not within 20 seconds: {what}");
}

pub fn application(created_at: i64) -> Application {
    let at = Timestamp::from_millis(created_at);
    let name = Name::parse("Tea house").unwrap();
    Application { token: Token::random().unwrap(), name, chats_count: 0, created_at: at, updated_at: at }
}

pub fn chat(application: &Token, number: u64) -> ChatId {
    ChatId { application: application.clone(), chat: ChatNumber::new(number).unwrap() }
}

pub fn chat_write(id: ChatId, revision: u64, at: i64) -> CreateChat {
    CreateChat { id, revision: Revision::new(revision).unwrap(), at: Timestamp::from_millis(at) }
}

pub fn chat_deletion(id: ChatId, revision: u64) -> DeleteChat {
    DeleteChat { id, revision: Revision::new(revision).unwrap() }
}

pub fn message(chat: &ChatId, number: u64) -> MessageId {
    MessageId { chat: chat.clone(), message: MessageNumber::new(number).unwrap() }
}

pub fn message_update(chat: &ChatId, number: u64, revision: u64, body: &str) -> UpdateMessage {
    UpdateMessage {
        id: message(chat, number),
        revision: Revision::new(revision).unwrap(),
        body: Body::parse(body.to_owned()).unwrap(),
        at: Timestamp::from_millis(5_000),
    }
}

pub fn message_deletion(chat: &ChatId, number: u64, revision: u64) -> DeleteMessage {
    DeleteMessage {
        id: message(chat, number),
        revision: Revision::new(revision).unwrap(),
        at: Timestamp::from_millis(6_000),
    }
}

pub fn message_write(chat: &ChatId, number: u64, revision: u64, body: &str) -> CreateMessage {
    CreateMessage {
        id: message(chat, number),
        revision: Revision::new(revision).unwrap(),
        body: Body::parse(body.to_owned()).unwrap(),
        at: Timestamp::from_millis(1_000 + i64::try_from(number).unwrap()),
    }
}
