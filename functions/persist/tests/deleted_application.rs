//! The deletion of an application.

use std::collections::BTreeSet;

use conversation::SweepApplication;
use conversation::ports::{AllocateNumbers, DeleteApplications};

use super::*;

fn delete_application(application: &ApplicationId) -> Delivery {
    let sweep = SweepApplication { id: application.clone(), after: None };
    delivery(&Write::Sweep(Sweep::Application(sweep)))
}

async fn assert_nothing_is_left(persist: &Handler<Fakes>, tables: &FakeTables, application: &ApplicationId) {
    assert_eq!(tables.application(application).await.unwrap(), None);
    assert_eq!(tables.allocate_number(application).await.unwrap(), None);
    assert_eq!(tables.chats(application, &all()).await.unwrap().items, []);
    for number in 1..=CHATS {
        let chat = chat_id(application, number);
        assert_eq!(tables.last_message(&chat).await.unwrap(), None, "chat {number} is open");
        assert_eq!(unswept(tables, &chat).await, [], "chat {number} has messages");
    }
    reindex(persist, tables).await;
    let found: Vec<MessageId> = persist.indexing.index.documents().iter().map(IndexedMessage::id).collect();
    assert_eq!(found, [], "documents");
}

#[tokio::test]
async fn deleting_an_application_removes_all_its_chats() {
    let (persist, tables, application) = setup();
    assert_eq!(persist.handle(&every_record(&application)).await, NONE);
    assert_eq!(persist.handle(&[delete_application(&application)]).await, NONE);
    sweep_all(&persist, &tables).await;
    assert_nothing_is_left(&persist, &tables, &application).await;
}

#[tokio::test]
async fn a_chat_created_after_the_deletion_is_deleted_when_it_is_counted() {
    let (persist, tables, application) = setup();
    DeleteApplications::delete(&tables, &application).await.unwrap();
    let batch = vec![chat(&application, 1), message(&application, 1, 1), delete_chat(&application, 2, 3)];
    assert_eq!(persist.handle(&batch).await, NONE);
    sweep_all(&persist, &tables).await;
    assert_nothing_is_left(&persist, &tables, &application).await;
}

#[tokio::test]
async fn chats_of_an_application_without_a_row_are_kept() {
    let (persist, tables, _) = setup();
    let lost = ApplicationId::random().unwrap();
    assert_eq!(persist.handle(&[chat(&lost, 1), message(&lost, 1, 1)]).await, NONE);
    assert_eq!(persist.sweeps.queued(), []);
    assert_eq!(bodies(&tables, &chat_id(&lost, 1)).await, ["1/1"]);
}

#[tokio::test]
async fn the_deletion_of_a_late_chat_that_fails_is_tried_again() {
    let (persist, tables, application) = setup();
    DeleteApplications::delete(&tables, &application).await.unwrap();
    let late = chat(&application, 2);
    // After the opening, the row and the count.
    tables.faults.plan([Fault::None, Fault::None, Fault::None, Fault::Before]);
    assert_eq!(persist.handle(std::slice::from_ref(&late)).await, std::slice::from_ref(&late.message_id));
    assert_eq!(persist.handle(&[late]).await, NONE);
    sweep_all(&persist, &tables).await;
    assert_nothing_is_left(&persist, &tables, &application).await;
}

#[tokio::test]
async fn a_message_to_a_chat_without_a_row_goes_with_its_application() {
    let (persist, tables, application) = setup();
    let message = message(&application, 1, 1);
    assert_eq!(persist.handle(std::slice::from_ref(&message)).await, NONE);
    assert_eq!(unswept(&tables, &chat_id(&application, 1)).await.len(), 1, "its chat may come yet");
    let (persist, tables, application) = setup();
    DeleteApplications::delete(&tables, &application).await.unwrap();
    let message = self::message(&application, 1, 1);
    assert_eq!(persist.handle(&[message]).await, NONE);
    sweep_all(&persist, &tables).await;
    assert_nothing_is_left(&persist, &tables, &application).await;
}

proptest! {
    /// Records in any order, any number of times, with any faults, and the deletion of their application among them: once
    /// every record is applied, and every queued sweep is made, nothing of the application is left. One chat may have
    /// no creation.
    #[test]
    fn any_deliveries_of_a_deleted_application_leave_nothing(
        batches in prop::collection::vec(prop::collection::vec(any::<prop::sample::Index>(), 1..=10), 0..20),
        lost_chat in prop::option::of(1..=CHATS),
        table_faults in faults(),
        queue_faults in faults(),
        index_faults in faults(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let (persist, tables, application) = setup();
            let mut records = every_record(&application);
            records.push(delete_application(&application));
            // The creation of one chat is not redriven from the dead-letter queue.
            let lost = lost_chat.map(|number| chat(&application, number));
            records.retain(|record| Some(&record.record) != lost.as_ref().map(|lost| &lost.record));
            tables.faults.plan(table_faults);
            persist.sweeps.faults.plan(queue_faults);
            persist.indexing.index.faults.plan(index_faults);
            let (mut applied, mut made) = (BTreeSet::new(), 0);
            for batch in &batches {
                let batch: Vec<Delivery> = batch.iter().map(|place| place.get(&records).clone()).collect();
                let failed = persist.handle(&batch).await;
                made = sweep_from(made, &persist, &tables).await;
                applied.extend(batch.into_iter().map(|record| record.message_id).filter(|id| !failed.contains(id)));
            }
            tables.faults.clear();
            persist.sweeps.faults.clear();
            persist.indexing.index.faults.clear();
            // What was applied once is not delivered again: only that shows what a failed delivery leaves behind.
            records.retain(|record| !applied.contains(&record.message_id));
            assert_eq!(persist.handle(&records).await, NONE);
            assert_eq!(sweep_from(made, &persist, &tables).await, persist.sweeps.queued().len());
            assert_nothing_is_left(&persist, &tables, &application).await;
        });
    }
}
