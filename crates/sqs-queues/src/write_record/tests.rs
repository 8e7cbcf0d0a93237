use conversation::fake::samples::{body, chat_id, message_id, revision};
use conversation::{
    ChatId, CreateChat, CreateMessage, DeleteChat, DeleteMessage, MessageWrite, Timestamp, Token,
    UpdateMessage, Write,
};
use proptest::prelude::*;

use super::*;

fn chat() -> ChatId {
    chat_id(&Token::parse(&"t".repeat(32)).unwrap(), 7)
}

#[test]
fn the_form_on_the_queue_is_stable() {
    let (id, revision, at) = (message_id(&chat(), 3), revision(4), Timestamp::from_millis(1_763_700_000_007));
    let text = body("hi \"you\"");
    for (write, form) in [
        (
            Write::CreateChat(CreateChat { id: chat(), revision, at }),
            r#""write":"create_chat","revision":4,"at":1763700000007"#,
        ),
        (Write::DeleteChat(DeleteChat { id: chat(), revision }), r#""write":"delete_chat","revision":4"#),
        (Write::SweepChat(chat()), r#""write":"sweep_chat""#),
        (
            Write::Message(MessageWrite::Create(CreateMessage {
                id: id.clone(),
                revision,
                body: text.clone(),
                at,
            })),
            r#""write":"create_message","number":3,"revision":4,"body":"hi \"you\"","at":1763700000007"#,
        ),
        (
            Write::Message(MessageWrite::Update(UpdateMessage { id: id.clone(), revision, body: text, at })),
            r#""write":"update_message","number":3,"revision":4,"body":"hi \"you\"","at":1763700000007"#,
        ),
        (
            Write::Message(MessageWrite::Delete(DeleteMessage { id, revision, at })),
            r#""write":"delete_message","number":3,"revision":4,"at":1763700000007"#,
        ),
    ] {
        let record = format!(r#"{{"version":1,"application":"{}","chat":7,{form}}}"#, "t".repeat(32));
        assert_eq!(encode_write(&write).unwrap(), record);
        assert_eq!(decode_write(&record), Ok(write));
    }
}

#[test]
fn an_unreadable_write_says_why() {
    for (text, reason) in [
        ("nonsense", "not a write: expected"),
        (r#"{"version":2}"#, "version 2 is unknown; this one reads version 1"),
        (
            r#"{"version":1,"application":"x","chat":1,"write":"create_chat","revision":1,"at":1}"#,
            "application: not a token",
        ),
        (r#"{"version":1,"write":"dance"}"#, "not a write of version 1"),
    ] {
        let error = decode_write(text).unwrap_err();
        let full_reason = error.full_reason();
        assert!(full_reason.starts_with(reason), "{text}: {full_reason}");
    }
}

#[test]
fn only_the_full_reason_quotes_the_record() {
    for record in [
        r#"{"version":"swordfish"}"#,
        r#"{"version":1,"application":"t","chat":1,"write":"swordfish"}"#,
        r#"{"version":1,"application":"t","chat":1,"write":"create_message","number":"swordfish"}"#,
    ] {
        let error = decode_write(record).unwrap_err();
        assert!(error.full_reason().contains("swordfish"), "{}", error.full_reason());
        let logged = format!("{error} {error:?}");
        assert!(logged.starts_with("not a write") && logged.contains("Data error at line 1"), "{logged}");
        assert!(!logged.contains("swordfish"), "{logged}");
    }
}

proptest! {
    #[test]
    fn any_body_survives_the_queue(text in "\\PC*[a-z\u{FFFE}\u{FFFF}\u{0}-\u{1F}]+x") {
        let write = Write::Message(MessageWrite::Create(CreateMessage {
            id: message_id(&chat(), 3),
            revision: revision(4),
            body: body(&text),
            at: Timestamp::from_millis(9),
        }));
        let record = encode_write(&write).unwrap();
        let refused_by_sqs = |c: char| c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}');
        prop_assert!(!record.contains(refused_by_sqs));
        prop_assert_eq!(decode_write(&record).unwrap(), write);
    }
}
