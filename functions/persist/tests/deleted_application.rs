//! The deletion of an application.

use std::time::Duration;

use conversation::ports::{AllocateNumbers, DeleteApplications};
use conversation::{DeleteApplication, Revision};

use super::super::deleted_application::delete_application as delete_and_queue;
use super::*;

fn delete_application(application: &ApplicationId, after: Option<u64>) -> Delivery {
    let after = after.map(|after| ChatNumber::new(after).unwrap());
    delivery(&Write::DeleteApplication(DeleteApplication { id: application.clone(), after }))
}

/// The deletion of a chat that the deletion of its application queues.
fn queued(application: &ApplicationId, chat: u64) -> Write {
    Write::DeleteChat(DeleteChat { id: chat_id(application, chat), revision: Revision::MAX })
}

/// Delivers what persist queues for itself, until it queues nothing more.
async fn deliver_queued(persist: &Handler<Fakes>) {
    let mut delivered = 0;
    loop {
        let writes = persist.writes.sent().split_off(delivered);
        if writes.is_empty() {
            return;
        }
        delivered += writes.len();
        for batch in writes.chunks(10) {
            assert_eq!(persist.handle(batch.iter().map(delivery).collect()).await, NONE);
        }
    }
}

async fn assert_nothing_is_left(persist: &Handler<Fakes>, tables: &FakeTables, application: &ApplicationId) {
    assert_eq!(tables.application(application).await.unwrap(), None);
    assert_eq!(tables.allocate_number(application).await.unwrap(), None);
    assert_eq!(tables.chats(application, &all()).await.unwrap().items, []);
    for number in 1..=CHATS {
        let chat = chat_id(application, number);
        assert_eq!(tables.last_message(&chat).await.unwrap(), None, "chat {number} is open");
        assert_eq!(tables.sweep_page(&chat).await.unwrap(), [], "chat {number} has messages");
    }
    reindex(persist, tables).await;
    assert_eq!(persist.indexing.index.documents().len(), 0);
}

#[tokio::test]
async fn deleting_an_application_removes_all_its_chats() {
    let (persist, tables, application) = setup();
    assert_eq!(persist.handle(every_record(&application)).await, NONE);
    assert_eq!(persist.handle(vec![delete_application(&application, None)]).await, NONE);
    assert_eq!(
        persist.writes.sent(),
        [1, 2].map(|chat| queued(&application, chat)),
        "chat 3 was deleted before"
    );
    deliver_queued(&persist).await;
    assert_nothing_is_left(&persist, &tables, &application).await;
}

#[tokio::test]
async fn a_chat_created_after_the_deletion_is_deleted_when_it_is_counted() {
    let (persist, tables, application) = setup();
    DeleteApplications::delete(&tables, &application).await.unwrap();
    let batch = vec![chat(&application, 1), message(&application, 1, 1), delete_chat(&application, 2, 3)];
    assert_eq!(persist.handle(batch).await, NONE);
    assert_eq!(persist.writes.sent(), [queued(&application, 1)]);
    deliver_queued(&persist).await;
    assert_nothing_is_left(&persist, &tables, &application).await;
}

#[tokio::test]
async fn chats_of_an_application_without_a_trace_are_kept() {
    let (persist, tables, _) = setup();
    let lost = ApplicationId::random().unwrap();
    assert_eq!(persist.handle(vec![chat(&lost, 1), message(&lost, 1, 1)]).await, NONE);
    assert_eq!(persist.writes.sent(), []);
    assert_eq!(bodies(&tables, &chat_id(&lost, 1)).await, ["1/1"]);
}

#[tokio::test]
async fn the_deletion_of_a_chat_that_cannot_be_queued_is_tried_again() {
    let (persist, tables, application) = setup();
    persist.handle(vec![chat(&application, 1)]).await;
    let deletion = delete_application(&application, None);
    persist.writes.faults.plan([Fault::Before]);
    assert_eq!(persist.handle(vec![deletion.clone()]).await, std::slice::from_ref(&deletion.message_id));
    assert_eq!(persist.handle(vec![deletion]).await, NONE);
    let late = chat(&application, 2);
    persist.writes.faults.plan([Fault::Before]);
    assert_eq!(persist.handle(vec![late.clone()]).await, std::slice::from_ref(&late.message_id));
    assert_eq!(persist.handle(vec![late]).await, NONE);
    deliver_queued(&persist).await;
    assert_nothing_is_left(&persist, &tables, &application).await;
}

#[tokio::test]
async fn the_chats_of_a_large_application_are_deleted_page_by_page() {
    let (persist, _, application) = setup();
    for start in (0..250).step_by(10) {
        persist.handle((start + 1..=start + 10).map(|number| chat(&application, number)).collect()).await;
    }
    let first = DeleteApplication { id: application.clone(), after: None };
    // The deadline has passed, so this delivery handles one page and queues the rest.
    delete_and_queue(&persist, &first, Instant::now()).await.unwrap();
    let rest = DeleteApplication { after: Some(ChatNumber::new(100).unwrap()), ..first };
    let mut expected: Vec<Write> = (1..=100).map(|chat| queued(&application, chat)).collect();
    expected.push(Write::DeleteApplication(rest.clone()));
    assert_eq!(persist.writes.sent(), expected);
    delete_and_queue(&persist, &rest, Instant::now() + Duration::from_mins(1)).await.unwrap();
    expected.extend((101..=250).map(|chat| queued(&application, chat)));
    assert_eq!(persist.writes.sent(), expected);
}

proptest! {
    /// Records in any order, any number of times, with any faults, and the deletion of their application among them: once
    /// every record is applied, and what persist queued for itself, nothing of the application is left.
    #[test]
    fn any_deliveries_of_a_deleted_application_leave_nothing(
        batches in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 1..=10), 0..20),
        table_faults in faults(),
        queue_faults in faults(),
        index_faults in faults(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(async {
            let (persist, tables, application) = setup();
            let mut records = every_record(&application);
            records.push(delete_application(&application, None));
            tables.faults.plan(table_faults);
            persist.writes.faults.plan(queue_faults);
            persist.indexing.index.faults.plan(index_faults);
            for batch in &batches {
                persist.handle(batch.iter().map(|place| place.get(&records).clone()).collect()).await;
            }
            tables.faults.clear();
            persist.writes.faults.clear();
            persist.indexing.index.faults.clear();
            assert_eq!(persist.handle(records).await, NONE);
            deliver_queued(&persist).await;
            assert_nothing_is_left(&persist, &tables, &application).await;
        });
    }
}
