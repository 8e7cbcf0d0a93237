//! Counters that are behind the rows, as after a restore, on the simulated DynamoDB.
#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test: a panic is its report"
)]

mod simulated;

use conversation::fake::samples::{
    application, chat_id, create_chat, create_message, delete_chat, delete_message, message_id, revision,
    update_message,
};
use conversation::ports::{
    AllocateNumbers, CloseChats, CountChats, CountMessages, CreateApplications, DeleteApplications,
    MAX_PENDING, OpenChats, ReserveRevisions, StoreChats, StoreMessages, SweepMessages,
};
use conversation::{Application, ChatId, Deltas, RequestId, Timestamp};
use dynamodb_tables::{
    Applications, Chats, CounterAudit, CounterId, CounterValues, Counters, DeletedApplications, Messages,
    NewApplications, Shortfall,
};
use serde_json::{Value, json};
use simulated_aws::Stubs;

use simulated::{environment, stubs};

/// A deployment with one application.
struct Deployment {
    stubs: Stubs,
    audit: CounterAudit,
    applications: Applications,
    deleted_applications: DeletedApplications,
    chats: Chats,
    messages: Messages,
    counters: Counters,
    application: Application,
}

impl Deployment {
    async fn start() -> Self {
        let stubs = stubs();
        let sdk = environment(&stubs, "persist").sdk;
        let application = application(1);
        NewApplications::new(&sdk, "Applications", "Counters").create(&application).await.unwrap();
        Self {
            audit: CounterAudit::new(&sdk, "Applications", "Chats", "Messages", "Counters"),
            applications: Applications::new(&sdk, "Applications"),
            deleted_applications: DeletedApplications::new(&sdk, "Applications", "Counters"),
            chats: Chats::new(&sdk, "Chats"),
            messages: Messages::new(&sdk, "Messages"),
            counters: Counters::new(&sdk, "Counters"),
            application,
            stubs,
        }
    }

    fn call(&self, operation: &str, input: &Value) {
        let target = format!("DynamoDB_20120810.{operation}");
        let reply = self.stubs.aws.call("test", &target, input.to_string().as_bytes()).unwrap().reply;
        assert_eq!(reply.unwrap().status, 200);
    }

    /// Creates a chat with messages of these numbers and revisions, as functions do.
    async fn chat(&self, number: u64, messages: &[(u64, u64)]) -> ChatId {
        let id = chat_id(&self.application.id, number);
        while self.counters.allocate_number(&self.application.id).await.unwrap().unwrap().number != id.chat {}
        self.counters.open(&id, &RequestId::random().unwrap()).await.unwrap();
        self.chats.create(&create_chat(&id, number, 5)).await.unwrap();
        for (number, revision) in messages {
            self.messages.create(&create_message(&id, *number, *revision, "tea")).await.unwrap();
            self.set_counter(&id.key(), *number, *revision);
        }
        id
    }

    /// The counter has given these out, and has no other attributes.
    fn set_counter(&self, id: &str, last: u64, revision: u64) {
        let item = json!({
            "id": { "S": id }, "last": { "N": last.to_string() }, "revision": { "N": revision.to_string() },
            "revision_limit": { "N": "40" }, "holder": { "S": "someone" },
        });
        self.call("PutItem", &json!({ "TableName": "Counters", "Item": item }));
    }

    fn lose_counter(&self, id: &str) {
        self.call("DeleteItem", &json!({ "TableName": "Counters", "Key": { "id": { "S": id } } }));
    }

    fn counter(&self, id: &str) -> Value {
        let counters = self.stubs.aws.rows("Counters").unwrap();
        counters.into_iter().find(|counter| counter["id"]["S"] == id).unwrap_or_default()
    }

    /// What is wrong with counters, whatever the size of a page; each is raised if `repairs`.
    async fn audit(&self, repairs: bool) -> Vec<Shortfall> {
        let mut shortfalls = Vec::new();
        let mut scan = self.audit.scan();
        while let Some(page) = scan.next_page(2).await.unwrap() {
            for shortfall in &page.shortfalls {
                if repairs {
                    self.audit.raise(shortfall).await.unwrap();
                }
            }
            shortfalls.extend(page.shortfalls);
        }
        shortfalls
    }

    async fn repair(&self) {
        assert_ne!(self.audit(true).await, []);
        assert_eq!(self.audit(false).await, []);
    }
}

fn chat_shortfall(chat: &ChatId, found: Option<(u64, u64)>, last: u64, revision: u64) -> Shortfall {
    Shortfall {
        counter: CounterId::Chat(chat.clone()),
        found: found.map(|(last, revision)| CounterValues { last, revision }),
        needed: CounterValues { last, revision },
        is_deleted: false,
    }
}

#[tokio::test]
async fn counters_that_functions_use_are_right() {
    let deployment = Deployment::start().await;
    let Deployment { chats, messages, counters, .. } = &deployment;
    let busy = deployment.chat(1, &[(1, 1), (2, 2), (3, 3), (4, 4), (5, 5)]).await;
    messages.update(&update_message(&busy, 3, 5, "more tea")).await.unwrap();
    messages.delete(&delete_message(&busy, 4, 4)).await.unwrap();
    let deleted = deployment.chat(2, &[(1, 1)]).await;
    counters.close(&deleted).await.unwrap();
    chats.delete(&delete_chat(&deleted, 2)).await.unwrap();
    messages.sweep_rows(&[message_id(&deleted, 1), message_id(&deleted, 9)]).await.unwrap();
    assert_eq!(deployment.audit(false).await, []);
}

#[tokio::test]
async fn the_number_of_a_row_is_not_given_out_again() {
    let deployment = Deployment::start().await;
    let chat = deployment.chat(1, &[(1, 1), (2, 2), (3, 7)]).await;
    deployment.set_counter(&chat.key(), 1, 1);
    deployment.set_counter(deployment.application.id.as_str(), 0, 0);
    let found = deployment.audit(false).await;
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.contains(&chat_shortfall(&chat, Some((1, 1)), 3, 7)), "{found:?}");

    deployment.repair().await;
    let next = deployment.counters.allocate_number(&chat).await.unwrap().unwrap();
    assert_eq!((next.number.get(), next.revision), (4, revision(8)));
    let next = deployment.counters.allocate_number(&deployment.application.id).await.unwrap().unwrap();
    assert_eq!((next.number.get(), next.revision), (2, revision(2)));
}

#[tokio::test]
async fn every_revision_that_a_row_knows_counts() {
    let deployment = Deployment::start().await;
    let Deployment { applications, chats, messages, application, .. } = &deployment;
    let chat = deployment.chat(1, &[(1, 1)]).await;
    // Rows of different tables may be reported one after another.
    let needed = async || {
        let found = deployment.audit(false).await;
        found.into_iter().map(|shortfall| shortfall.needed.revision).max()
    };
    messages.update(&update_message(&chat, 1, 30, "more tea")).await.unwrap();
    assert_eq!(needed().await, Some(30));
    messages.delete(&delete_message(&chat, 1, 31)).await.unwrap();
    assert_eq!(needed().await, Some(31));
    let mut deltas = Deltas::default();
    deltas.insert(revision(32), 1);
    let seen = chats.versioned_ledger(&chat).await.unwrap().unwrap();
    chats.count(&chat, seen, &deltas, Timestamp::from_millis(9)).await.unwrap();
    assert_eq!(needed().await, Some(32));
    deployment.repair().await;

    CountChats::count(applications, &application.id, &deltas).await.unwrap();
    assert_eq!(needed().await, Some(32));
    chats.delete(&delete_chat(&chat, 33)).await.unwrap();
    let found = deployment.audit(false).await;
    let of_application =
        found.iter().find(|shortfall| matches!(shortfall.counter, CounterId::Application(_)));
    assert_eq!(of_application.unwrap().needed.revision, 33);
    deployment.repair().await;
}

#[tokio::test]
async fn back_pressure_does_not_close_a_chat_whose_revision_was_raised() {
    let deployment = Deployment::start().await;
    let chat = deployment.chat(1, &[(1, 5_000)]).await;
    deployment.set_counter(&chat.key(), 1, 39);
    deployment.repair().await;
    assert_eq!(deployment.counter(&chat.key())["revision_limit"]["N"], (5_000 + MAX_PENDING).to_string());
    for _ in 0..2 {
        deployment.counters.reserve_revision(&message_id(&chat, 1)).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_reservation_from_before_the_repair_cannot_be_undone() {
    let deployment = Deployment::start().await;
    let chat = deployment.chat(1, &[(1, 1), (9, 9)]).await;
    deployment.set_counter(&chat.key(), 1, 1);
    let reserved = deployment.counters.allocate_number(&chat).await.unwrap().unwrap();
    deployment.repair().await;
    deployment.counters.release_number(&chat, &reserved).await.unwrap();
    let next = deployment.counters.allocate_number(&chat).await.unwrap().unwrap();
    assert_eq!((next.number.get(), next.revision), (10, revision(10)));
}

#[tokio::test]
async fn a_lost_counter_is_created_open_with_what_all_rows_know() {
    let deployment = Deployment::start().await;
    let chat = deployment.chat(1, &[(1, 1), (2, 2), (3, 3), (4, 4)]).await;
    let unstored = chat_id(&deployment.application.id, 2);
    deployment.messages.create(&create_message(&unstored, 6, 8, "before its chat")).await.unwrap();
    for id in [&chat.key(), &unstored.key(), deployment.application.id.as_str()] {
        deployment.lose_counter(id);
    }
    let found = deployment.audit(false).await;
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found.contains(&chat_shortfall(&chat, None, 4, 4)), "{found:?}");
    assert!(found.contains(&chat_shortfall(&unstored, None, 6, 8)), "{found:?}");

    deployment.repair().await;
    let counters = &deployment.counters;
    assert_eq!(counters.allocate_number(&chat).await.unwrap().unwrap().number.get(), 5);
    assert_eq!(counters.allocate_number(&unstored).await.unwrap().unwrap().number.get(), 7);
    let of_application = counters.allocate_number(&deployment.application.id).await.unwrap().unwrap();
    assert_eq!(of_application.number.get(), 2);
}

#[tokio::test]
async fn what_is_deleted_is_closed_and_stays_closed() {
    let deployment = Deployment::start().await;
    let [open, lost, closed] = [
        deployment.chat(1, &[(1, 1)]).await,
        deployment.chat(2, &[(1, 1)]).await,
        deployment.chat(3, &[]).await,
    ];
    for (chat, at) in [(&open, 11), (&lost, 12), (&closed, 13)] {
        deployment.chats.delete(&delete_chat(chat, at)).await.unwrap();
    }
    deployment.lose_counter(&lost.key());
    deployment.counters.close(&closed).await.unwrap();
    deployment.deleted_applications.delete(&deployment.application.id).await.unwrap();
    deployment.set_counter(deployment.application.id.as_str(), 3, 3);

    let found = deployment.audit(false).await;
    assert!(found.iter().all(|shortfall| shortfall.counter != CounterId::Chat(closed.clone())), "{found:?}");
    deployment.repair().await;
    for id in [&open.key(), &lost.key(), deployment.application.id.as_str()] {
        assert_eq!(deployment.counter(id)["closed"]["BOOL"], true, "{id}");
    }
    deployment.counters.open_permanently(&lost).await.unwrap();
    assert_eq!(deployment.counters.allocate_number(&lost).await.unwrap(), None);
}

#[tokio::test]
async fn the_lost_counter_of_a_deleted_application_stays_lost() {
    let deployment = Deployment::start().await;
    let chat = deployment.chat(1, &[]).await;
    deployment.deleted_applications.delete(&deployment.application.id).await.unwrap();
    deployment.lose_counter(deployment.application.id.as_str());
    assert_eq!(deployment.audit(true).await, []);
    assert_eq!(deployment.counters.allocate_number(&chat.application).await.unwrap(), None);
}

#[tokio::test]
async fn a_repair_never_lowers_a_counter_that_went_on() {
    let deployment = Deployment::start().await;
    let chat = deployment.chat(1, &[(3, 3)]).await;
    deployment.set_counter(&chat.key(), 1, 1);
    let outdated = deployment.audit(false).await;
    deployment.set_counter(&chat.key(), 20, 30);
    for shortfall in &outdated {
        deployment.audit.raise(shortfall).await.unwrap();
    }
    let counter = deployment.counter(&chat.key());
    assert_eq!((&counter["last"]["N"], &counter["revision"]["N"]), (&json!("20"), &json!("30")));
    assert_eq!(counter["holder"]["S"], "someone");
}
