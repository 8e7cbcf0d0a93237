use std::borrow::Cow;

use conversation::{
    ApplicationId, Body, ChatId, ChatNumber, CreateChat, CreateMessage, DeleteChat, DeleteMessage, MessageId,
    MessageNumber, MessageWrite, Revision, Sweep, SweepApplication, SweepChat, Timestamp, UpdateMessage,
    Write,
};

use super::{Envelope, Record, VERSION};
use crate::UnreadableRecord;

/// Decodes what [`encode_write`](super::encode_write) encoded.
///
/// # Errors
/// [`UnreadableRecord`] for anything else, including a record of another version.
pub fn decode_write(text: &str) -> Result<Write, UnreadableRecord> {
    UnreadableRecord::check_version(text, VERSION, "not a write")?;
    let Envelope { application, chat, record, .. } = serde_json::from_str(text)
        .map_err(|error| UnreadableRecord::json("not a write of version 1", &error))?;
    let application =
        ApplicationId::parse(&application).map_err(|error| UnreadableRecord::part("application", error))?;
    write(Target { application, chat }, record)
}

/// What a record writes to.
struct Target {
    application: ApplicationId,
    /// Absent in a write to an application.
    chat: Option<u64>,
}

impl Target {
    fn chat(self) -> Result<ChatId, UnreadableRecord> {
        let Some(chat) = self.chat else { return Err(UnreadableRecord::part("chat", "it is missing")) };
        Ok(ChatId { application: self.application, chat: parse_chat(chat, "chat")? })
    }

    fn message(self, number: u64) -> Result<MessageId, UnreadableRecord> {
        let message = parse_message(number, "number")?;
        Ok(MessageId { chat: self.chat()?, message })
    }
}

fn write(target: Target, record: Record<'_>) -> Result<Write, UnreadableRecord> {
    Ok(match record {
        Record::DeleteApplication { after } => Write::Sweep(Sweep::Application(SweepApplication {
            id: target.application,
            after: after.map(|after| parse_chat(after, "after")).transpose()?,
        })),
        Record::CreateChat { revision, at } => Write::CreateChat(CreateChat {
            id: target.chat()?,
            revision: parse_revision(revision)?,
            at: Timestamp::from_millis(at),
        }),
        Record::DeleteChat { revision } => {
            Write::DeleteChat(DeleteChat { id: target.chat()?, revision: parse_revision(revision)? })
        }
        Record::SweepChat { after } => Write::Sweep(Sweep::Chat(SweepChat {
            id: target.chat()?,
            after: after.map(|after| parse_message(after, "after")).transpose()?,
        })),
        Record::CreateMessage { number, revision, body, at } => {
            Write::Message(MessageWrite::Create(CreateMessage {
                id: target.message(number)?,
                revision: parse_revision(revision)?,
                body: parse_body(body)?,
                at: Timestamp::from_millis(at),
            }))
        }
        Record::UpdateMessage { number, revision, body, at } => {
            Write::Message(MessageWrite::Update(UpdateMessage {
                id: target.message(number)?,
                revision: parse_revision(revision)?,
                body: parse_body(body)?,
                at: Timestamp::from_millis(at),
            }))
        }
        Record::DeleteMessage { number, revision, at } => {
            Write::Message(MessageWrite::Delete(DeleteMessage {
                id: target.message(number)?,
                revision: parse_revision(revision)?,
                at: Timestamp::from_millis(at),
            }))
        }
    })
}

/// `part`: the member of the record that holds the number.
fn parse_chat(number: u64, part: &str) -> Result<ChatNumber, UnreadableRecord> {
    ChatNumber::new(number).map_err(|error| UnreadableRecord::part(part, error))
}

fn parse_message(number: u64, part: &str) -> Result<MessageNumber, UnreadableRecord> {
    MessageNumber::new(number).map_err(|error| UnreadableRecord::part(part, error))
}

fn parse_revision(revision: u64) -> Result<Revision, UnreadableRecord> {
    Revision::new(revision).map_err(|error| UnreadableRecord::part("revision", error))
}

fn parse_body(body: Cow<'_, str>) -> Result<Body, UnreadableRecord> {
    Body::parse(body.into_owned()).map_err(|error| UnreadableRecord::part("body", error))
}
