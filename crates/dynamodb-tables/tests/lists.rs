//! Lists, on the simulated DynamoDB, which records their calls.
#![allow(clippy::unwrap_used, reason = "a test: a panic is its report")]

mod simulated;

use conversation::fake::samples::{application, application_id, chat_id, create_message, revision};
use conversation::ports::{CountChats, CreateApplications, ReadApplications, ReadMessages, StoreMessages};
use conversation::{ChatId, Deltas, Limit, MessageNumber, Order, PageRequest, Timestamp};
use dynamodb_tables::{Applications, Messages, NewApplications};
use serde_json::json;
use simulated_aws::{Call, Stubs};

use simulated::{environment, stubs};

/// The calls since the last time.
fn calls(stubs: &Stubs) -> Vec<Call> {
    stubs.recording.take().into_iter().map(|recorded| recorded.call).collect()
}

fn page<Cursor>(limit: u8, after: Option<Cursor>) -> PageRequest<Cursor> {
    PageRequest { limit: Limit::new(limit).unwrap(), order: Order::Ascending, after }
}

fn put_tombstones(stubs: &Stubs, chat: &ChatId, numbers: impl Iterator<Item = u64>) {
    for number in numbers {
        let item = json!({
            "chat": { "S": chat.key() }, "number": { "N": number.to_string() }, "deleted_revision": { "N": "9" },
        });
        let input = json!({ "TableName": "Messages", "Item": item }).to_string();
        stubs.aws.call("test", "DynamoDB_20120810.PutItem", input.as_bytes()).unwrap();
    }
}

#[tokio::test]
async fn a_page_takes_a_bounded_number_of_queries() {
    let stubs = stubs();
    let messages = Messages::from_environment(&environment(&stubs, "read")).unwrap();
    let chat = chat_id(&application_id(), 1);
    put_tombstones(&stubs, &chat, 1..=5_000);
    messages.create(&create_message(&chat, 5_001, 1, "behind them")).await.unwrap();
    drop(calls(&stubs));

    let (mut after, mut found, mut pages) = (None, Vec::new(), 0);
    loop {
        let now = Timestamp::from_millis(10_000_000);
        let next = messages.messages(&chat, &page(50, after), now).await.unwrap();
        let calls = calls(&stubs);
        assert!((1..=5).contains(&calls.len()), "{} Queries", calls.len());
        let units: f64 = calls.iter().map(|call| call.units.read).sum();
        assert!(units < 100.0, "{units} read units");
        pages += 1;
        found.extend(next.items.iter().map(|message| message.number.get()));
        assert!(next.next > after || next.next.is_none());
        after = next.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((found, pages), (vec![5_001], 2));
}

#[tokio::test]
async fn a_page_takes_one_query_more_for_a_few_hidden_rows() {
    let stubs = stubs();
    let messages = Messages::from_environment(&environment(&stubs, "read")).unwrap();
    let chat = chat_id(&application_id(), 1);
    put_tombstones(&stubs, &chat, 2..=3);
    for number in [1, 4, 5, 6, 7] {
        messages.create(&create_message(&chat, number, number, "x")).await.unwrap();
    }
    drop(calls(&stubs));
    let found = messages.messages(&chat, &page(4, None), Timestamp::from_millis(10_000_000)).await.unwrap();
    let numbers: Vec<u64> = found.items.iter().map(|message| message.number.get()).collect();
    assert_eq!((numbers, found.next), (vec![1, 4, 5, 6], MessageNumber::new(6).ok()));
    assert_eq!(calls(&stubs).len(), 2);
}

#[tokio::test]
async fn a_gap_in_one_query_ends_the_page_in_another() {
    let stubs = stubs();
    let messages = Messages::from_environment(&environment(&stubs, "read")).unwrap();
    let chat = chat_id(&application_id(), 1);
    put_tombstones(&stubs, &chat, (2..=9).filter(|number| *number != 4));
    let write = create_message(&chat, 10, 1, "above the gap");
    messages.create(&write).await.unwrap();
    drop(calls(&stubs));
    let found = messages.messages(&chat, &page(1, None), write.at).await.unwrap();
    assert_eq!((found.items, found.next), (Vec::new(), None));
    assert!(calls(&stubs).len() > 1);
}

#[tokio::test]
async fn the_list_of_applications_reads_their_rows() {
    let stubs = stubs();
    let new = NewApplications::from_environment(&environment(&stubs, "create-application")).unwrap();
    let applications = Applications::from_environment(&environment(&stubs, "read")).unwrap();
    let mut created = Vec::new();
    for at in 0..150 {
        let application = application(1_763_700_000_000 + 149 - at);
        new.create(&application).await.unwrap();
        created.push(application);
    }
    let mut deltas = Deltas::default();
    deltas.insert(revision(1), 1);
    drop(calls(&stubs));
    applications.count(&created[149].id, &deltas).await.unwrap();
    let units: f64 = calls(&stubs).iter().map(|call| call.units.write).sum();
    assert!((units - 1.0).abs() < f64::EPSILON, "a count writes the index: {units} units");

    created.reverse();
    created[0].chats_count = 1;
    let listed = applications.applications(&page(149, None)).await.unwrap();
    assert_eq!(listed.items, created[..149]);
    let names: Vec<String> = calls(&stubs).iter().map(Call::name).collect();
    let expected = [
        "Query Applications/index/by-creation-time",
        "BatchGetItem Applications",
        "BatchGetItem Applications",
    ];
    assert_eq!(names, expected);
    let rest = applications.applications(&page(149, listed.next)).await.unwrap();
    assert_eq!((rest.items, rest.next), (created[149..].to_vec(), None));
}
