//! The form of a [`Write`] on the queue.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{
    Body, ChatId, ChatNumber, CreateChat, CreateMessage, DeleteChat, DeleteMessage, MessageId, MessageNumber,
    Revision, Timestamp, Token, UpdateMessage, Write,
};

/// A record that this version can never apply. The sentence goes to the dead-letter queue with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnreadableRecord(String);

impl UnreadableRecord {
    pub(crate) fn new(reason: String) -> Self {
        Self(reason)
    }
}

const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Version {
    version: u32,
}

#[derive(Serialize, Deserialize)]
struct Envelope<'a> {
    version: u32,
    application: Cow<'a, str>,
    chat: u64,
    #[serde(flatten)]
    record: Record<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "write", rename_all = "snake_case")]
enum Record<'a> {
    CreateChat { revision: u64, at: i64 },
    DeleteChat { revision: u64 },
    SweepChat,
    CreateMessage { number: u64, revision: u64, body: Cow<'a, str>, at: i64 },
    UpdateMessage { number: u64, revision: u64, body: Cow<'a, str>, at: i64 },
    DeleteMessage { number: u64, revision: u64, at: i64 },
}

impl<'a> From<&'a Write> for Record<'a> {
    fn from(write: &'a Write) -> Self {
        match write {
            Write::CreateChat(CreateChat { revision, at, .. }) => {
                Self::CreateChat { revision: revision.get(), at: at.millis() }
            }
            Write::DeleteChat(DeleteChat { revision, .. }) => Self::DeleteChat { revision: revision.get() },
            Write::SweepChat(_) => Self::SweepChat,
            Write::CreateMessage(CreateMessage { id, revision, body, at }) => Self::CreateMessage {
                number: id.message.get(),
                revision: revision.get(),
                body: body.as_str().into(),
                at: at.millis(),
            },
            Write::UpdateMessage(UpdateMessage { id, revision, body, at }) => Self::UpdateMessage {
                number: id.message.get(),
                revision: revision.get(),
                body: body.as_str().into(),
                at: at.millis(),
            },
            Write::DeleteMessage(DeleteMessage { id, revision, at }) => {
                Self::DeleteMessage { number: id.message.get(), revision: revision.get(), at: at.millis() }
            }
        }
    }
}

impl Record<'_> {
    fn parse(self, chat: ChatId) -> Result<Write, UnreadableRecord> {
        let at = Timestamp::from_millis;
        Ok(match self {
            Self::CreateChat { revision, at: millis } => Write::CreateChat(CreateChat {
                id: chat,
                revision: parse_revision(revision)?,
                at: at(millis),
            }),
            Self::DeleteChat { revision } => {
                Write::DeleteChat(DeleteChat { id: chat, revision: parse_revision(revision)? })
            }
            Self::SweepChat => Write::SweepChat(chat),
            Self::CreateMessage { number, revision, body, at: millis } => {
                Write::CreateMessage(CreateMessage {
                    id: parse_message(chat, number)?,
                    revision: parse_revision(revision)?,
                    body: parse_body(body)?,
                    at: at(millis),
                })
            }
            Self::UpdateMessage { number, revision, body, at: millis } => {
                Write::UpdateMessage(UpdateMessage {
                    id: parse_message(chat, number)?,
                    revision: parse_revision(revision)?,
                    body: parse_body(body)?,
                    at: at(millis),
                })
            }
            Self::DeleteMessage { number, revision, at: millis } => Write::DeleteMessage(DeleteMessage {
                id: parse_message(chat, number)?,
                revision: parse_revision(revision)?,
                at: at(millis),
            }),
        })
    }
}

fn parse_message(chat: ChatId, number: u64) -> Result<MessageId, UnreadableRecord> {
    let message = MessageNumber::new(number).map_err(|error| unreadable("number", &error))?;
    Ok(MessageId { chat, message })
}

fn parse_revision(revision: u64) -> Result<Revision, UnreadableRecord> {
    Revision::new(revision).map_err(|error| unreadable("revision", &error))
}

fn parse_body(body: Cow<'_, str>) -> Result<Body, UnreadableRecord> {
    Body::parse(body.into_owned()).map_err(|error| unreadable("body", &error))
}

fn unreadable(what: &str, error: &dyn std::error::Error) -> UnreadableRecord {
    UnreadableRecord(format!("{what}: {error}"))
}

impl Write {
    /// Writes the record, as JSON in characters that every queue carries.
    ///
    /// # Errors
    /// None that a `Write` can cause; JSON could refuse only types that it has no form for.
    pub fn encode(&self) -> serde_json::Result<String> {
        let chat = self.chat();
        let envelope = Envelope {
            version: VERSION,
            application: chat.application.as_str().into(),
            chat: chat.chat.get(),
            record: self.into(),
        };
        Ok(escape_noncharacters(serde_json::to_string(&envelope)?))
    }

    /// Reads a record that [`Write::encode`] wrote.
    ///
    /// # Errors
    /// [`UnreadableRecord`] for anything else, a record of another version included.
    pub fn decode(text: &str) -> Result<Self, UnreadableRecord> {
        let Version { version } =
            serde_json::from_str(text).map_err(|error| unreadable("not a write", &error))?;
        if version != VERSION {
            return Err(UnreadableRecord(format!(
                "version {version} is unknown; this one reads version {VERSION}"
            )));
        }
        let envelope: Envelope<'_> =
            serde_json::from_str(text).map_err(|error| unreadable("not a write of version 1", &error))?;
        let chat = ChatId {
            application: Token::parse(&envelope.application)
                .map_err(|error| unreadable("application", &error))?,
            chat: ChatNumber::new(envelope.chat).map_err(|error| unreadable("chat", &error))?,
        };
        envelope.record.parse(chat)
    }
}

/// SQS refuses U+FFFE and U+FFFF, which JSON does not escape by itself. In this JSON they can only
/// stand inside strings, where the escaped form means the same.
/// Source: `SendMessage` in the Amazon SQS API reference.
fn escape_noncharacters(json: String) -> String {
    if json.contains(['\u{FFFE}', '\u{FFFF}']) {
        json.replace('\u{FFFE}', "\\ufffe").replace('\u{FFFF}', "\\uffff")
    } else {
        json
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn chat() -> ChatId {
        ChatId { application: Token::parse(&"t".repeat(32)).unwrap(), chat: ChatNumber::new(7).unwrap() }
    }

    fn message() -> MessageId {
        MessageId { chat: chat(), message: MessageNumber::new(3).unwrap() }
    }

    fn revision() -> Revision {
        Revision::new(4).unwrap()
    }

    fn text(body: &str) -> Body {
        Body::parse(body.to_owned()).unwrap()
    }

    #[test]
    fn the_form_on_the_queue_is_stable() {
        let (id, revision, at) = (message(), revision(), Timestamp::from_millis(1_763_700_000_007));
        let body = text("hi \"you\"");
        for (write, form) in [
            (
                Write::CreateChat(CreateChat { id: chat(), revision, at }),
                r#""write":"create_chat","revision":4,"at":1763700000007"#,
            ),
            (Write::DeleteChat(DeleteChat { id: chat(), revision }), r#""write":"delete_chat","revision":4"#),
            (Write::SweepChat(chat()), r#""write":"sweep_chat""#),
            (
                Write::CreateMessage(CreateMessage { id: id.clone(), revision, body: body.clone(), at }),
                r#""write":"create_message","number":3,"revision":4,"body":"hi \"you\"","at":1763700000007"#,
            ),
            (
                Write::UpdateMessage(UpdateMessage { id: id.clone(), revision, body, at }),
                r#""write":"update_message","number":3,"revision":4,"body":"hi \"you\"","at":1763700000007"#,
            ),
            (
                Write::DeleteMessage(DeleteMessage { id, revision, at }),
                r#""write":"delete_message","number":3,"revision":4,"at":1763700000007"#,
            ),
        ] {
            let record = format!(r#"{{"version":1,"application":"{}","chat":7,{form}}}"#, "t".repeat(32));
            assert_eq!(write.encode().unwrap(), record);
            assert_eq!(Write::decode(&record), Ok(write));
        }
    }

    #[test]
    fn what_can_never_be_applied_says_why() {
        for (text, reason) in [
            ("nonsense", "not a write: expected"),
            (r#"{"version":2}"#, "version 2 is unknown; this one reads version 1"),
            (
                r#"{"version":1,"application":"x","chat":1,"write":"create_chat","revision":1,"at":1}"#,
                "application: not a token",
            ),
            (r#"{"version":1,"write":"dance"}"#, "not a write of version 1"),
        ] {
            let error = Write::decode(text).unwrap_err().to_string();
            assert!(error.starts_with(reason), "{text}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_body_survives_the_queue(body in "\\PC*[a-z\u{FFFE}\u{FFFF}\u{0}-\u{1F}]+x") {
            let write = Write::CreateMessage(CreateMessage {
                id: message(),
                revision: revision(),
                body: text(&body),
                at: Timestamp::from_millis(9),
            });
            let text = write.encode().unwrap();
            let refused_by_sqs = |c: char| c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}');
            prop_assert!(!text.contains(refused_by_sqs));
            prop_assert_eq!(Write::decode(&text).unwrap(), write);
        }
    }
}
