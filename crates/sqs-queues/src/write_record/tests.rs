use conversation::fake::samples::{body, chat_id, message_id, revision};
use conversation::{
    ApplicationId, ChatId, CreateChat, CreateMessage, DeleteChat, DeleteMessage, MessageWrite, Sweep,
    SweepApplication, SweepChat, Timestamp, UpdateMessage, Write,
};
use proptest::prelude::*;

use super::*;

const APPLICATION: &str = "ckJ2h5bA4wqXFGzGJ0TzMA";

fn application() -> ApplicationId {
    ApplicationId::parse(APPLICATION).unwrap()
}

fn chat() -> ChatId {
    chat_id(&application(), 7)
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
        (Write::Sweep(Sweep::Chat(SweepChat { id: chat(), after: None })), r#""write":"sweep_chat""#),
        (
            Write::Sweep(Sweep::Chat(SweepChat { id: chat(), after: Some(id.message) })),
            r#""write":"sweep_chat","after":3"#,
        ),
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
        assert_form(write, &format!(r#""chat":7,{form}"#));
    }
}

#[test]
fn the_form_of_a_deleted_application_is_stable() {
    for (after, form) in [
        (None, r#""write":"delete_application""#),
        (Some(chat().chat), r#""write":"delete_application","after":7"#),
    ] {
        assert_form(Write::Sweep(Sweep::Application(SweepApplication { id: application(), after })), form);
    }
}

/// Checks that the write is encoded in this form, behind its version and its application, and decoded from it.
fn assert_form(write: Write, form: &str) {
    let record = format!(r#"{{"version":1,"application":"{APPLICATION}",{form}}}"#);
    assert_eq!(encode_write(&write).unwrap(), record);
    assert_eq!(decode_write(&record), Ok(write));
}

#[test]
fn an_unreadable_write_says_why() {
    for (text, reason) in [
        ("nonsense", "not a write: expected"),
        (r#"{"version":0}"#, "not a write of version 1: it has version 0"),
        (
            r#"{"version":1,"application":"x","chat":1,"write":"create_chat","revision":1,"at":1}"#,
            "application: not an application id",
        ),
        (r#"{"version":1,"write":"dance"}"#, "not a write of version 1"),
        (
            r#"{"version":1,"write":"delete_application"}"#,
            "not a write of version 1: missing field `application`",
        ),
    ] {
        let error = decode_write(text).unwrap_err();
        let full_reason = error.full_reason();
        assert!(full_reason.starts_with(reason), "{text}: {full_reason}");
        assert!(!error.is_newer(), "{text}");
    }
}

#[test]
fn a_write_of_a_newer_version_says_so() {
    let error = decode_write(r#"{"version":2,"more":true}"#).unwrap_err();
    assert_eq!(error.to_string(), "not a write of version 1: it has version 2");
    assert!(error.is_newer());
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

#[test]
fn only_a_write_to_an_application_has_no_chat() {
    for form in [
        r#""write":"create_chat","revision":4,"at":1"#,
        r#""write":"delete_chat","revision":4"#,
        r#""write":"sweep_chat""#,
        r#""write":"create_message","number":3,"revision":4,"body":"hi","at":1"#,
        r#""write":"update_message","number":3,"revision":4,"body":"hi","at":1"#,
        r#""write":"delete_message","number":3,"revision":4,"at":1"#,
    ] {
        let record = |chat| format!(r#"{{"version":1,"application":"{APPLICATION}",{chat}{form}}}"#);
        let reason = |chat| decode_write(&record(chat)).unwrap_err().to_string();
        assert_eq!(reason(""), "chat: it is missing", "{form}");
        assert_eq!(reason(r#""chat":null,"#), "chat: it is missing", "{form}");
        assert!(reason(r#""chat":0,"#).starts_with("chat: not a number"), "{form}");
        assert!(decode_write(&record(r#""chat":7,"#)).is_ok(), "{form}");
    }
}

#[test]
fn an_application_is_deleted_behind_the_number_of_a_chat() {
    let record =
        format!(r#"{{"version":1,"application":"{APPLICATION}","write":"delete_application","after":0}}"#);
    let error = decode_write(&record).unwrap_err().to_string();
    assert!(error.starts_with("after: not a number"), "{error}");
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
