use serde::{Deserialize, Serialize};

use crate::{ChatId, ChatNumber, MessageId, MessageNumber, Token, UnreadableRecord};

/// Asks to bring a message into the index later. Only its name travels, so that no stale copy can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IndexRequest {
    /// As its row is then.
    Refresh(MessageId),
    /// It is gone for good, whatever its row still says.
    Remove(MessageId),
}

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Record {
    version: u32,
    application: String,
    chat: u64,
    message: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    remove: bool,
}

impl IndexRequest {
    #[must_use]
    pub fn message(&self) -> &MessageId {
        match self {
            Self::Refresh(id) | Self::Remove(id) => id,
        }
    }

    /// Writes the record as JSON.
    ///
    /// # Errors
    /// None that a request can cause.
    pub fn encode(&self) -> serde_json::Result<String> {
        let id = self.message();
        serde_json::to_string(&Record {
            version: VERSION,
            application: id.chat.application.as_str().to_owned(),
            chat: id.chat.chat.get(),
            message: id.message.get(),
            remove: matches!(self, Self::Remove(_)),
        })
    }

    /// Reads a record that [`IndexRequest::encode`] wrote.
    ///
    /// # Errors
    /// [`UnreadableRecord`] for anything else.
    pub fn decode(text: &str) -> Result<Self, UnreadableRecord> {
        let unreadable = |what: &str| UnreadableRecord::new(format!("not an index request: {what}"));
        let record: Record = serde_json::from_str(text).map_err(|error| unreadable(&error.to_string()))?;
        if record.version != VERSION {
            return Err(unreadable("its version is unknown"));
        }
        let id = MessageId {
            chat: ChatId {
                application: Token::parse(&record.application).map_err(|_| unreadable("application"))?,
                chat: ChatNumber::new(record.chat).map_err(|_| unreadable("chat"))?,
            },
            message: MessageNumber::new(record.message).map_err(|_| unreadable("message"))?,
        };
        Ok(if record.remove { Self::Remove(id) } else { Self::Refresh(id) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_survives_the_queue() {
        let chat =
            ChatId { application: Token::parse(&"t".repeat(32)).unwrap(), chat: ChatNumber::new(7).unwrap() };
        let id = MessageId { chat, message: MessageNumber::new(3).unwrap() };
        let token = "t".repeat(32);
        for (request, more) in
            [(IndexRequest::Refresh(id.clone()), ""), (IndexRequest::Remove(id), r#","remove":true"#)]
        {
            let text = format!(r#"{{"version":1,"application":"{token}","chat":7,"message":3{more}}}"#);
            assert_eq!(request.encode().unwrap(), text);
            assert_eq!(IndexRequest::decode(&text), Ok(request));
        }
    }

    #[test]
    fn anything_else_says_why() {
        for text in ["", "{}", r#"{"version":2,"application":"t","chat":7,"message":3}"#] {
            assert!(
                IndexRequest::decode(text).unwrap_err().to_string().starts_with("not an index request: ")
            );
        }
    }
}
