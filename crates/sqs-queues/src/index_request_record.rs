//! The form of an [`IndexRequest`] on its queue.

use std::borrow::Cow;

use conversation::{ApplicationId, ChatId, ChatNumber, IndexRequest, MessageId, MessageNumber};
use serde::{Deserialize, Serialize};

use crate::UnreadableRecord;

const VERSION: u32 = 1;
const EXPECTED: &str = "not an index request";

#[derive(Serialize, Deserialize)]
struct Record<'a> {
    version: u32,
    application: Cow<'a, str>,
    chat: u64,
    message: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    remove: bool,
}

/// Encodes a request as JSON.
///
/// # Errors
/// None that a request can cause.
pub fn encode_index_request(request: &IndexRequest) -> serde_json::Result<String> {
    let id = request.message();
    serde_json::to_string(&Record {
        version: VERSION,
        application: id.chat.application.as_str().into(),
        chat: id.chat.chat.get(),
        message: id.message.get(),
        remove: matches!(request, IndexRequest::Remove(_)),
    })
}

/// Decodes what [`encode_index_request`] encoded.
///
/// # Errors
/// [`UnreadableRecord`] for anything else.
pub fn decode_index_request(text: &str) -> Result<IndexRequest, UnreadableRecord> {
    UnreadableRecord::check_version(text, VERSION, EXPECTED)?;
    let record: Record<'_> =
        serde_json::from_str(text).map_err(|error| UnreadableRecord::json(EXPECTED, &error))?;
    let id = MessageId {
        chat: ChatId {
            application: ApplicationId::parse(&record.application).map_err(|_| unreadable("application"))?,
            chat: ChatNumber::new(record.chat).map_err(|_| unreadable("chat"))?,
        },
        message: MessageNumber::new(record.message).map_err(|_| unreadable("message"))?,
    };
    Ok(if record.remove { IndexRequest::Remove(id) } else { IndexRequest::Refresh(id) })
}

fn unreadable(reason: &str) -> UnreadableRecord {
    UnreadableRecord::part(EXPECTED, reason)
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{chat_id, message_id};

    use super::*;

    #[test]
    fn the_form_on_the_queue_is_stable() {
        let application = "ckJ2h5bA4wqXFGzGJ0TzMA";
        let id = message_id(&chat_id(&ApplicationId::parse(application).unwrap(), 7), 3);
        for (request, more) in
            [(IndexRequest::Refresh(id.clone()), ""), (IndexRequest::Remove(id), r#","remove":true"#)]
        {
            let text = format!(r#"{{"version":1,"application":"{application}","chat":7,"message":3{more}}}"#);
            assert_eq!(encode_index_request(&request).unwrap(), text);
            assert_eq!(decode_index_request(&text), Ok(request));
        }
    }

    #[test]
    fn an_unreadable_request_says_why() {
        for text in ["", "{}", r#"{"version":1,"application":"t","chat":7,"message":3}"#] {
            let error = decode_index_request(text).unwrap_err();
            assert!(error.to_string().starts_with("not an index request: "), "{error}");
            assert!(!error.is_newer(), "{error}");
        }
    }

    #[test]
    fn a_request_of_a_newer_version_says_so() {
        let error = decode_index_request(r#"{"version":2,"more":true}"#).unwrap_err();
        assert_eq!(error.to_string(), "not an index request of version 1: it has version 2");
        assert!(error.is_newer());
    }

    #[test]
    fn the_reason_does_not_quote_the_record() {
        let text = r#"{"version":1,"application":"t","chat":"swordfish","message":3}"#;
        let error = decode_index_request(text).unwrap_err();
        assert_eq!(error.to_string(), "not an index request: Data error at line 1 column 49");
        assert!(error.full_reason().contains("swordfish"), "{}", error.full_reason());
    }
}
