//! Tables: rows are stored once, counted once and listed in pages; numbers and keys are given out once.

mod application_names;
mod applications;
mod chat_numbers;
mod chats;
mod chats_count;
mod idempotency_keys;
mod message_changes;
mod message_lists;
mod message_numbers;
mod messages_count;
mod open_chats;
mod sweep;

use conversation::fake::FakeTables;
use dynamodb_tables::{ApplicationNames, Applications, Chats, Counters, Messages, NewApplications};
use test_stack::Stack;

/// Twice the same fake: for suites of two ports that are two types in DynamoDB.
fn fake_pair() -> (FakeTables, FakeTables) {
    let fake = FakeTables::default();
    (fake.clone(), fake)
}

fn new_applications() -> NewApplications {
    NewApplications::new(&Stack::of_tests().sdk_config(), "chatlog-applications", "chatlog-counters")
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
