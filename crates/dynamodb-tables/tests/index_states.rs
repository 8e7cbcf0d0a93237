//! What is recorded about the index: the first index once, one rebuild at a time, and its progress.
#![allow(clippy::unwrap_used, reason = "a test: a panic is its report")]

use std::time::Duration;

use conversation::fake::FakeIndexState;
use conversation::ports::{ReadIndexState, RecordFirstIndex};
use conversation::{IndexGeneration, IndexState, Timestamp};
use deployment_template::Template;
use dynamodb_tables::{IndexStates, RebuildProgress, ScanPosition};
use function_environment::Environment;
use simulated_aws::Stubs;

/// The table of messages that rebuilds read.
const TABLE: &str = "chatlog-messages";

/// The table of a deployment on simulated services, which end with the first value.
fn own_states() -> (Stubs, IndexStates) {
    let template = Template::parse(include_str!("../../../template.yaml")).unwrap();
    let stubs = Stubs::start(&template, |_| Duration::ZERO).unwrap();
    let variables = stubs.variables("persist").unwrap().into_iter().collect();
    let states = IndexStates::from_environment(&Environment::new(variables).unwrap()).unwrap();
    (stubs, states)
}

fn generation(number: u32) -> IndexGeneration {
    IndexGeneration::new(number).unwrap()
}

async fn the_first_index_is_recorded_once(states: impl ReadIndexState + RecordFirstIndex) {
    assert_eq!(states.index_state().await.unwrap(), None);
    for _ in 0..2 {
        states.record_first_index().await.unwrap();
        assert_eq!(states.index_state().await.unwrap(), Some(IndexState::FIRST));
    }
}

#[tokio::test]
async fn the_first_index_is_recorded_once_in_the_fake() {
    the_first_index_is_recorded_once(FakeIndexState::default()).await;
}

#[tokio::test]
async fn the_first_index_is_recorded_once_in_the_table() {
    let (_stubs, states) = own_states();
    the_first_index_is_recorded_once(states).await;
}

#[tokio::test]
async fn a_rebuild_is_continued_where_it_was_left() {
    let (_stubs, states) = own_states();
    states.record_first_index().await.unwrap();
    let started_at = Timestamp::from_millis(5);
    for next in [2, 3] {
        states.begin_rebuild(TABLE, generation(next), started_at).await.unwrap();
    }
    let state = states.index_state().await.unwrap().unwrap();
    assert_eq!(state, IndexState { current: generation(1), next: Some(generation(2)) });

    let begun = RebuildProgress {
        generation: generation(2),
        table: Some(TABLE.to_owned()),
        started_at,
        rows: 0,
        position: None,
        is_complete: false,
    };
    assert_eq!(states.rebuild().await.unwrap(), Some(begun.clone()));
    let position = Some(ScanPosition { chat: "a#1".to_owned(), number: 7 });
    for progress in [
        RebuildProgress { rows: 12, position: position.clone(), ..begun.clone() },
        RebuildProgress { rows: 20, position, is_complete: true, ..begun },
    ] {
        assert!(states.save_progress(&progress).await.unwrap());
        assert_eq!(states.rebuild().await.unwrap(), Some(progress));
    }
}

#[tokio::test]
async fn a_rebuild_ends_with_another_current_index_or_none() {
    let (_stubs, states) = own_states();
    assert_eq!(states.rebuild().await.unwrap(), None);
    let now = Timestamp::from_millis(5);
    states.begin_rebuild(TABLE, generation(2), now).await.unwrap();
    let progress = states.rebuild().await.unwrap().unwrap();
    assert!(states.complete_rebuild(&progress).await.unwrap());
    assert!(!states.complete_rebuild(&progress).await.unwrap());
    let switched = Some(IndexState { current: generation(2), next: None });
    assert_eq!(states.index_state().await.unwrap(), switched);
    assert_eq!(states.rebuild().await.unwrap(), None);

    states.begin_rebuild(TABLE, generation(3), now).await.unwrap();
    let progress = states.rebuild().await.unwrap().unwrap();
    assert_eq!((progress.rows, progress.position.clone()), (0, None));
    assert!(states.abandon_rebuild(&progress).await.unwrap());
    assert!(!states.save_progress(&progress).await.unwrap(), "it has ended");
    assert_eq!(states.index_state().await.unwrap(), switched);
}

/// Its number may be that of the former one, if the former index was dropped.
#[tokio::test]
async fn a_former_rebuild_does_not_change_the_progress_of_the_present_one() {
    let (_stubs, states) = own_states();
    states.begin_rebuild(TABLE, generation(2), Timestamp::from_millis(5)).await.unwrap();
    let former = states.rebuild().await.unwrap().unwrap();
    assert!(states.abandon_rebuild(&former).await.unwrap());
    states.begin_rebuild(TABLE, generation(2), Timestamp::from_millis(9)).await.unwrap();
    let present = states.rebuild().await.unwrap();
    let complete = RebuildProgress { is_complete: true, ..former };
    assert!(!states.save_progress(&complete).await.unwrap());
    assert!(!states.complete_rebuild(&complete).await.unwrap());
    assert!(!states.abandon_rebuild(&complete).await.unwrap());
    assert_eq!(states.rebuild().await.unwrap(), present);
}
