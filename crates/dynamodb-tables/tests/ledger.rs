//! The ledger of a count, on the simulated DynamoDB: with more missing revisions than a row has room for.
#![allow(clippy::unwrap_used, reason = "a test: a panic is its report")]

mod simulated;

use std::collections::BTreeSet;

use conversation::fake::samples::{application, chat_id, create_chat, delete_chat, revision};
use conversation::ports::{
    CountChats, CountMessages, CreateApplications, DeleteApplications, ForgetLedgers, ReadApplications,
    ReadChats, StoreChats,
};
use conversation::{Deltas, MAX_MISSING, Timestamp};
use dynamodb_tables::{Applications, Chats, DeletedApplications, NewApplications};
use futures_util::future::join;
use proptest::prelude::*;

use simulated::{environment, stubs};

/// Writes that add one each.
fn deltas(revisions: impl IntoIterator<Item = u64>) -> Deltas {
    let mut deltas = Deltas::default();
    for number in revisions {
        deltas.insert(revision(number), 1);
    }
    deltas
}

/// Counts in a chat, each time with the ledger as it is.
async fn count(chats: &Chats, id: &conversation::ChatId, revisions: impl IntoIterator<Item = u64>) {
    let seen = chats.versioned_ledger(id).await.unwrap().unwrap();
    chats.count(id, seen, &deltas(revisions), Timestamp::from_millis(9)).await.unwrap();
}

async fn messages_count(chats: &Chats, id: &conversation::ChatId) -> u64 {
    chats.chat(id).await.unwrap().live().unwrap().messages_count
}

#[tokio::test]
async fn a_row_stays_small_and_a_spilled_revision_is_counted_once() {
    let stubs = stubs();
    let chats = Chats::from_environment(&environment(&stubs, "persist")).unwrap();
    let id = chat_id(&application(1).id, 1);
    chats.create(&create_chat(&id, 1, 5)).await.unwrap();
    let outdated = chats.versioned_ledger(&id).await.unwrap().unwrap();
    // Every other revision of 1,600 is late.
    for start in (2..1_600).step_by(20) {
        count(&chats, &id, (start..start + 20).step_by(2)).await;
        let ledger = chats.versioned_ledger(&id).await.unwrap().unwrap().ledger;
        assert!(ledger.missing.len() <= MAX_MISSING, "{}", ledger.missing.len());
    }
    assert_eq!(messages_count(&chats, &id).await, 800);
    let late = [1, 3, 399, 401, 1_599];
    for again in [false, true] {
        count(&chats, &id, late).await;
        count(&chats, &id, [2, 400, 1_600]).await;
        assert_eq!(messages_count(&chats, &id).await, 805, "again: {again}");
    }
    chats.count(&id, outdated, &deltas([1, 5]), Timestamp::from_millis(9)).await.unwrap();
    assert_eq!(messages_count(&chats, &id).await, 806, "by a caller that read the ledger long ago");

    chats.delete(&delete_chat(&id, 2)).await.unwrap();
    let in_chats = stubs.aws.rows("Chats").unwrap().len();
    assert!(in_chats > 2, "{in_chats} items");
    for _ in 0..2 {
        chats.forget_ledger(&id).await.unwrap();
        assert_eq!(stubs.aws.rows("Chats").unwrap().len(), 1, "the tombstone");
    }
}

/// The backlog of an application: its chats are message groups of their own, so they arrive in any order.
#[tokio::test]
async fn a_row_stays_small_while_late_revisions_arrive() {
    let stubs = stubs();
    let chats = Chats::from_environment(&environment(&stubs, "persist")).unwrap();
    let id = chat_id(&application(1).id, 1);
    chats.create(&create_chat(&id, 1, 5)).await.unwrap();
    count(&chats, &id, [1_000]).await;
    for step in 1..=100 {
        count(&chats, &id, [step, 1_000 + 30 * step]).await;
        let ledger = chats.versioned_ledger(&id).await.unwrap().unwrap().ledger;
        assert!(ledger.missing.len() <= MAX_MISSING, "{}", ledger.missing.len());
    }
    assert_eq!(messages_count(&chats, &id).await, 201);
}

#[tokio::test]
async fn the_ledger_of_an_application_spills_too() {
    let stubs = stubs();
    let environment = environment(&stubs, "persist");
    let applications = Applications::from_environment(&environment).unwrap();
    let application = application(1);
    let creator = self::environment(&stubs, "create-application");
    NewApplications::from_environment(&creator).unwrap().create(&application).await.unwrap();
    CountChats::count(&applications, &application.id, &deltas([20_000])).await.unwrap();
    CountChats::count(&applications, &application.id, &deltas([1, 19_000, 19_999, 20_000])).await.unwrap();
    CountChats::count(&applications, &application.id, &deltas([1, 19_000])).await.unwrap();
    let stored = applications.application(&application.id).await.unwrap().unwrap();
    assert_eq!(stored.chats_count, 4);

    let deleted = DeletedApplications::from_environment(&environment).unwrap();
    assert!(stubs.aws.rows("Applications").unwrap().len() > 15);
    for _ in 0..2 {
        deleted.delete(&application.id).await.unwrap();
        deleted.forget_ledger(&application.id).await.unwrap();
        assert_eq!(stubs.aws.rows("Applications").unwrap().len(), 1, "the tombstone");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    /// Revisions far apart and in any order, each any number of times, and two deliveries at once.
    #[test]
    fn every_write_is_counted_once(
        deliveries in prop::collection::vec(prop::collection::vec(1u64..3_000, 1..60), 1..30),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let stubs = stubs();
            let chats = Chats::from_environment(&environment(&stubs, "persist")).unwrap();
            let id = chat_id(&application(1).id, 1);
            chats.create(&create_chat(&id, 1, 5)).await.unwrap();
            let mut counted = BTreeSet::new();
            for delivery in deliveries {
                counted.extend(delivery.iter().copied());
                let some = delivery.iter().copied().skip(delivery.len() / 2);
                let both = join(count(&chats, &id, delivery.iter().copied()), count(&chats, &id, some));
                Box::pin(both).await;
                let readable = messages_count(&chats, &id).await;
                prop_assert_eq!(readable, u64::try_from(counted.len()).unwrap());
            }
            Ok(())
        })?;
    }
}
