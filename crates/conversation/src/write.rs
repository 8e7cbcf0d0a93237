use serde::{Deserialize, Serialize};

use crate::{Body, ChatId, ChatNumber, MessageId, MessageNumber, Revision, Timestamp, Token};

/// A chat that was given a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateChat {
    pub id: ChatId,
    /// Its place among the writes that change the application's `chats_count`.
    pub revision: Revision,
    pub at: Timestamp,
}

/// A message that was given a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateMessage {
    pub id: MessageId,
    /// Its place among the writes to the chat's messages.
    pub revision: Revision,
    pub body: Body,
    pub at: Timestamp,
}

/// What travels on the queue between acceptance and the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Write {
    CreateChat(CreateChat),
    CreateMessage(CreateMessage),
}

/// A record that this version can never apply. The sentence goes to the dead-letter queue with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnreadableRecord(String);

impl UnreadableRecord {
    pub(crate) fn new(reason: String) -> Self {
        Self(reason)
    }
}

impl Write {
    /// The chat whose order of writes this one belongs to.
    #[must_use]
    pub fn chat(&self) -> &ChatId {
        match self {
            Self::CreateChat(write) => &write.id,
            Self::CreateMessage(write) => &write.id.chat,
        }
    }

    /// Writes the record, as JSON in characters that every queue carries.
    ///
    /// # Errors
    /// None that a `Write` can cause; JSON could refuse only types that it has no form for.
    pub fn encode(&self) -> serde_json::Result<String> {
        let chat = self.chat();
        let record = match self {
            Self::CreateChat(write) => {
                Record::CreateChat { revision: write.revision.get(), at: write.at.millis() }
            }
            Self::CreateMessage(write) => Record::CreateMessage {
                number: write.id.message.get(),
                revision: write.revision.get(),
                body: write.body.as_str().into(),
                at: write.at.millis(),
            },
        };
        let envelope = Envelope {
            version: VERSION,
            application: chat.application.as_str().into(),
            chat: chat.chat.get(),
            record,
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
        let id = ChatId {
            application: Token::parse(&envelope.application)
                .map_err(|error| unreadable("application", &error))?,
            chat: ChatNumber::new(envelope.chat).map_err(|error| unreadable("chat", &error))?,
        };
        let revision_of = |value| Revision::new(value).map_err(|error| unreadable("revision", &error));
        match envelope.record {
            Record::CreateChat { revision, at } => Ok(Self::CreateChat(CreateChat {
                id,
                revision: revision_of(revision)?,
                at: Timestamp::from_millis(at),
            })),
            Record::CreateMessage { number, revision, body, at } => Ok(Self::CreateMessage(CreateMessage {
                id: MessageId {
                    chat: id,
                    message: MessageNumber::new(number).map_err(|error| unreadable("number", &error))?,
                },
                revision: revision_of(revision)?,
                body: Body::parse(body.into_owned()).map_err(|error| unreadable("body", &error))?,
                at: Timestamp::from_millis(at),
            })),
        }
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
    application: std::borrow::Cow<'a, str>,
    chat: u64,
    #[serde(flatten)]
    record: Record<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "write", rename_all = "snake_case")]
enum Record<'a> {
    CreateChat { revision: u64, at: i64 },
    CreateMessage { number: u64, revision: u64, body: std::borrow::Cow<'a, str>, at: i64 },
}

fn unreadable(what: &str, error: &dyn std::error::Error) -> UnreadableRecord {
    UnreadableRecord(format!("{what}: {error}"))
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

    fn message(body: &str) -> Write {
        Write::CreateMessage(CreateMessage {
            id: MessageId { chat: chat(), message: MessageNumber::new(3).unwrap() },
            revision: Revision::new(4).unwrap(),
            body: Body::parse(body.to_owned()).unwrap(),
            at: Timestamp::from_millis(1_763_700_000_007),
        })
    }

    #[test]
    fn the_form_on_the_queue_is_stable() {
        let token = "t".repeat(32);
        assert_eq!(
            message("hi \"you\"").encode().unwrap(),
            format!(
                r#"{{"version":1,"application":"{token}","chat":7,"write":"create_message","number":3,"revision":4,"body":"hi \"you\"","at":1763700000007}}"#
            )
        );
        let chat =
            CreateChat { id: chat(), revision: Revision::new(9).unwrap(), at: Timestamp::from_millis(5) };
        assert_eq!(
            Write::CreateChat(chat).encode().unwrap(),
            format!(
                r#"{{"version":1,"application":"{token}","chat":7,"write":"create_chat","revision":9,"at":5}}"#
            )
        );
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
            let write = message(&body);
            let text = write.encode().unwrap();
            let refused_by_sqs = |c: char| c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}');
            prop_assert!(!text.contains(refused_by_sqs));
            prop_assert_eq!(Write::decode(&text).unwrap(), write);
        }
    }
}
