//! Tables: rows are stored once, counted once and listed in pages; numbers and keys are given out once.

mod application_names;
mod applications;
mod chat_numbers;
mod chats;
mod chats_count;
mod deleted_applications;
mod disabled_applications;
mod idempotency_keys;
mod message_changes;
mod message_lists;
mod message_numbers;
mod messages_count;
mod open_chats;
mod sweep;
mod token_versions;
mod unswept_chats;

use conversation::Timestamp;
use conversation::fake::FakeTables;
use dynamodb_tables::{
    ApplicationNames, Applications, Chats, Counters, DeletedApplications, DisabledApplications, Messages,
    NewApplications, TokenRotations, TokenVersions,
};
use test_stack::Stack;

/// A time in milliseconds, far in the future and later in every run: no other application was created in the second that
/// follows it.
fn own_creation_time() -> i64 {
    5_000_000_000_000 + Timestamp::now().millis() % 4_000_000_000 * 1_000
}

/// Long after the creation of every message: no gap matters any more.
fn later() -> Timestamp {
    Timestamp::from_millis(10_000_000)
}

/// Twice the same fake: for suites of two ports that are two types in DynamoDB.
fn fake_pair() -> (FakeTables, FakeTables) {
    let fake = FakeTables::default();
    (fake.clone(), fake)
}

fn new_applications() -> NewApplications {
    NewApplications::new(&Stack::of_tests().sdk_config(), "chatlog-applications", "chatlog-counters")
}

fn deleted_applications() -> DeletedApplications {
    DeletedApplications::new(&Stack::of_tests().sdk_config(), "chatlog-applications", "chatlog-counters")
}

fn disabled_applications() -> DisabledApplications {
    DisabledApplications::new(&Stack::of_tests().sdk_config(), "chatlog-applications")
}

fn token_versions() -> TokenVersions {
    TokenVersions::new(&Stack::of_tests().sdk_config(), "chatlog-applications")
}

fn token_rotations() -> TokenRotations {
    TokenRotations::new(&Stack::of_tests().sdk_config(), "chatlog-applications")
}

fn applications() -> Applications {
    Applications::new(&Stack::of_tests().sdk_config(), "chatlog-applications")
}

fn application_names() -> ApplicationNames {
    ApplicationNames::new(&Stack::of_tests().sdk_config(), "chatlog-applications")
}

fn counters() -> Counters {
    Counters::new(&Stack::of_tests().sdk_config(), "chatlog-counters")
}

fn chats() -> Chats {
    Chats::new(&Stack::of_tests().sdk_config(), "chatlog-chats")
}

fn messages() -> Messages {
    Messages::new(&Stack::of_tests().sdk_config(), "chatlog-messages")
}
