use conversation::{
    ChatNumber, CreateChat, CreateMessage, DeleteChat, DeleteMessage, MessageNumber, MessageWrite, Sweep,
    SweepApplication, SweepChat, UpdateMessage, Write,
};

use super::{Envelope, Record, VERSION};

/// Encodes a write as JSON in characters that SQS accepts.
///
/// # Errors
/// None that a write can cause.
pub fn encode_write(write: &Write) -> serde_json::Result<String> {
    let envelope = Envelope {
        version: VERSION,
        application: write.application().as_str().into(),
        chat: write.chat().map(|id| id.chat.get()),
        record: write.into(),
    };
    Ok(escape_noncharacters(serde_json::to_string(&envelope)?))
}

impl<'a> From<&'a Write> for Record<'a> {
    fn from(write: &'a Write) -> Self {
        match write {
            Write::CreateChat(CreateChat { revision, at, .. }) => {
                Self::CreateChat { revision: revision.get(), at: at.millis() }
            }
            Write::DeleteChat(DeleteChat { revision, .. }) => Self::DeleteChat { revision: revision.get() },
            Write::Message(write) => write.into(),
            Write::Sweep(Sweep::Application(SweepApplication { after, .. })) => {
                Self::DeleteApplication { after: after.map(ChatNumber::get) }
            }
            Write::Sweep(Sweep::Chat(SweepChat { after, .. })) => {
                Self::SweepChat { after: after.map(MessageNumber::get) }
            }
        }
    }
}

impl<'a> From<&'a MessageWrite> for Record<'a> {
    fn from(write: &'a MessageWrite) -> Self {
        let (number, revision) = (write.id().message.get(), write.revision().get());
        let at = write.at().millis();
        match write {
            MessageWrite::Create(CreateMessage { body, .. }) => {
                Self::CreateMessage { number, revision, body: body.as_str().into(), at }
            }
            MessageWrite::Update(UpdateMessage { body, .. }) => {
                Self::UpdateMessage { number, revision, body: body.as_str().into(), at }
            }
            MessageWrite::Delete(DeleteMessage { .. }) => Self::DeleteMessage { number, revision, at },
        }
    }
}

/// SQS refuses U+FFFE and U+FFFF, which JSON does not escape. They can only occur inside strings, where the escaped
/// form means the same. Source: `SendMessage` in the Amazon SQS API reference.
fn escape_noncharacters(json: String) -> String {
    if json.contains(['\u{FFFE}', '\u{FFFF}']) {
        json.replace('\u{FFFE}', "\\ufffe").replace('\u{FFFF}', "\\uffff")
    } else {
        json
    }
}
