use conversation::{ApplicationId, ChatId, ChatNumber, DeleteChat, Revision, Write};
use serde_json::{Value, json};
use sqs_queues::{decode_write, encode_write};

use super::*;

fn write() -> Write {
    let chat = ChatNumber::new(3).unwrap();
    let id = ChatId { application: ApplicationId::from_bytes([7; 16]), chat };
    Write::DeleteChat(DeleteChat { id, revision: Revision::new(1).unwrap() })
}

/// The record in the body of a call that a function of this release makes.
fn record_sent_by(release: Release) -> String {
    let call = json!({ "MessageBody": encode_write(&write()).unwrap() }).to_string();
    let sent: Value = serde_json::from_slice(&sent_by(release, call.as_bytes())).unwrap();
    sent["MessageBody"].as_str().unwrap().to_owned()
}

#[test]
fn this_release_sends_records_as_they_are() {
    assert_eq!(record_sent_by(Release::This), encode_write(&write()).unwrap());
}

#[test]
fn only_the_next_release_reads_its_own_records() {
    let record = record_sent_by(Release::Next);
    assert!(decode_write(&record).is_err(), "{record}");
    assert_eq!(decode_write(&in_this_version(&record)).unwrap(), write());
}

#[test]
fn the_next_release_reads_records_of_this_release() {
    let record = record_sent_by(Release::This);
    assert_eq!(decode_write(&in_this_version(&record)).unwrap(), write());
}

#[test]
fn a_body_that_is_not_text_is_sent_as_it_is() {
    assert_eq!(sent_by(Release::Next, &[0xff, 0x00]), [0xff, 0x00]);
}

/// The releases that a hundred invocations at `now` use.
fn used(releases: &Releases, function: &FunctionName, now: Duration) -> Vec<Release> {
    let random = Random::new(1);
    let mut used: Vec<_> = (0..100).map(|_| releases.of(function, now, &random)).collect();
    used.sort();
    used.dedup();
    used
}

#[test]
fn an_invocation_within_the_changeover_may_use_either_release() {
    let (deployed, other) = (FunctionName::new("persist"), FunctionName::new("read"));
    let mut releases = Releases::default();
    let at = Duration::from_mins(1);
    assert_eq!(used(&releases, &deployed, at), [Release::This]);
    releases.deploy(&deployed, at);
    assert_eq!(used(&releases, &deployed, at), [Release::This]);
    assert_eq!(used(&releases, &deployed, at + CHANGEOVER / 2), [Release::This, Release::Next]);
    assert_eq!(used(&releases, &deployed, at + CHANGEOVER), [Release::Next]);
    assert_eq!(used(&releases, &other, at + CHANGEOVER), [Release::This]);
}
