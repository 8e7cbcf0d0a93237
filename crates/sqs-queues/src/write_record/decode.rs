use std::borrow::Cow;

use conversation::{
    Body, ChatId, ChatNumber, CreateChat, CreateMessage, DeleteChat, DeleteMessage, MessageId, MessageNumber,
    MessageWrite, Revision, Timestamp, Token, UpdateMessage, Write,
};
use serde::Deserialize;

use super::{Envelope, Record, VERSION};
use crate::UnreadableRecord;

#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// Decodes what [`encode_write`](super::encode_write) encoded.
///
/// # Errors
/// [`UnreadableRecord`] for anything else, including a record of another version.
pub fn decode_write(text: &str) -> Result<Write, UnreadableRecord> {
    let Version { version } =
        serde_json::from_str(text).map_err(|error| UnreadableRecord::json("not a write", &error))?;
    if version != VERSION {
        return Err(UnreadableRecord::new(format!(
            "version {version} is unknown; this one reads version {VERSION}"
        )));
    }
    let Envelope { application, chat, record, .. } = serde_json::from_str(text)
        .map_err(|error| UnreadableRecord::json("not a write of version 1", &error))?;
    let chat = ChatId {
        application: Token::parse(&application)
            .map_err(|error| UnreadableRecord::part("application", error))?,
        chat: ChatNumber::new(chat).map_err(|error| UnreadableRecord::part("chat", error))?,
    };
    write(chat, record)
}

fn write(chat: ChatId, record: Record<'_>) -> Result<Write, UnreadableRecord> {
    Ok(match record {
        Record::CreateChat { revision, at } => Write::CreateChat(CreateChat {
            id: chat,
            revision: parse_revision(revision)?,
            at: Timestamp::from_millis(at),
        }),
        Record::DeleteChat { revision } => {
            Write::DeleteChat(DeleteChat { id: chat, revision: parse_revision(revision)? })
        }
        Record::SweepChat => Write::SweepChat(chat),
        Record::CreateMessage { number, revision, body, at } => {
            Write::Message(MessageWrite::Create(CreateMessage {
                id: parse_message(chat, number)?,
                revision: parse_revision(revision)?,
                body: parse_body(body)?,
                at: Timestamp::from_millis(at),
            }))
        }
        Record::UpdateMessage { number, revision, body, at } => {
            Write::Message(MessageWrite::Update(UpdateMessage {
                id: parse_message(chat, number)?,
                revision: parse_revision(revision)?,
                body: parse_body(body)?,
                at: Timestamp::from_millis(at),
            }))
        }
        Record::DeleteMessage { number, revision, at } => {
            Write::Message(MessageWrite::Delete(DeleteMessage {
                id: parse_message(chat, number)?,
                revision: parse_revision(revision)?,
                at: Timestamp::from_millis(at),
            }))
        }
    })
}

fn parse_message(chat: ChatId, number: u64) -> Result<MessageId, UnreadableRecord> {
    let message = MessageNumber::new(number).map_err(|error| UnreadableRecord::part("number", error))?;
    Ok(MessageId { chat, message })
}

fn parse_revision(revision: u64) -> Result<Revision, UnreadableRecord> {
    Revision::new(revision).map_err(|error| UnreadableRecord::part("revision", error))
}

fn parse_body(body: Cow<'_, str>) -> Result<Body, UnreadableRecord> {
    Body::parse(body.into_owned()).map_err(|error| UnreadableRecord::part("body", error))
}
