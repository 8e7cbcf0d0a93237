//! The JSON that clients see, independent of how things are stored.

use access_tokens::SigningKeys;
use conversation::{Application, Chat, Hit, Message, Timestamp};
use serde::{Serialize, Serializer};

#[derive(Serialize)]
struct ApplicationRepresentation<'a> {
    id: &'a str,
    token: String,
    name: &'a str,
    chats_count: u64,
    #[serde(serialize_with = "rfc_3339")]
    created_at: Timestamp,
    #[serde(serialize_with = "rfc_3339")]
    updated_at: Timestamp,
}

/// An application: `{"id", "token", "name", "chats_count", "created_at", "updated_at"}`
#[must_use]
pub fn application<'a>(application: &'a Application, keys: &SigningKeys) -> impl Serialize + use<'a> {
    let token = keys.issue(&application.id, application.token_version);
    ApplicationRepresentation {
        id: application.id.as_str(),
        token: token.expose().to_owned(),
        name: application.name.as_str(),
        chats_count: application.chats_count,
        created_at: application.created_at,
        updated_at: application.updated_at,
    }
}

#[derive(Serialize)]
struct ChatRepresentation {
    number: u64,
    messages_count: u64,
    #[serde(serialize_with = "rfc_3339")]
    created_at: Timestamp,
    #[serde(serialize_with = "rfc_3339")]
    updated_at: Timestamp,
}

/// A chat: `{"number", "messages_count", "created_at", "updated_at"}`
#[must_use]
pub fn chat(chat: &Chat) -> impl Serialize + use<> {
    ChatRepresentation {
        number: chat.number.get(),
        messages_count: chat.messages_count,
        created_at: chat.created_at,
        updated_at: chat.updated_at,
    }
}

#[derive(Serialize)]
struct MessageRepresentation<'a> {
    number: u64,
    body: &'a str,
    #[serde(serialize_with = "rfc_3339")]
    created_at: Timestamp,
    #[serde(serialize_with = "rfc_3339")]
    updated_at: Timestamp,
}

fn of_message(message: &Message) -> MessageRepresentation<'_> {
    MessageRepresentation {
        number: message.number.get(),
        body: message.body.as_str(),
        created_at: message.created_at,
        updated_at: message.updated_at,
    }
}

/// A message: `{"number", "body", "created_at", "updated_at"}`
#[must_use]
pub fn message(message: &Message) -> impl Serialize {
    of_message(message)
}

#[derive(Serialize)]
struct HitRepresentation<'a> {
    #[serde(flatten)]
    message: MessageRepresentation<'a>,
    highlights: &'a [String],
}

/// A message with its highlights: `{"number", "body", "created_at", "updated_at", "highlights"}`
#[must_use]
pub fn hit(hit: &Hit) -> impl Serialize {
    HitRepresentation { message: of_message(&hit.message), highlights: &hit.highlights }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn rfc_3339<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(moment)
}

#[cfg(test)]
mod tests {
    use conversation::ChatNumber;
    use conversation::fake::samples;
    use serde_json::{json, to_value};

    use super::*;
    use crate::fixture::signing_keys;

    #[test]
    fn representations_are_those_of_the_contract() {
        let at = Timestamp::from_millis(1);
        let time = "1970-01-01T00:00:00.001Z";
        let keys = signing_keys();
        let tenant = Application { chats_count: 2, ..samples::application(1) };
        let token = keys.issue(&tenant.id, tenant.token_version);
        assert_eq!(
            to_value(application(&tenant, &keys)).unwrap(),
            json!({"id": tenant.id.as_str(), "token": token.expose(), "name": "Tea house", "chats_count": 2, "created_at": time, "updated_at": time})
        );
        let room =
            Chat { number: ChatNumber::new(3).unwrap(), messages_count: 4, created_at: at, updated_at: at };
        assert_eq!(
            to_value(chat(&room)).unwrap(),
            json!({"number": 3, "messages_count": 4, "created_at": time, "updated_at": time})
        );
        let text = samples::message(5, "b");
        let time = "1970-01-01T00:00:01.005Z";
        let expected = json!({"number": 5, "body": "b", "created_at": time, "updated_at": time});
        assert_eq!(to_value(message(&text)).unwrap(), expected);
        let found = Hit { message: text, score: 1.0, highlights: vec!["<em>b</em>".into()] };
        let mut with_highlights = expected;
        with_highlights["highlights"] = json!(["<em>b</em>"]);
        assert_eq!(to_value(hit(&found)).unwrap(), with_highlights);
    }
}
