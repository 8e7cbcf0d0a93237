//! The protocol, on a creation that reserves a number and sends a write.

use std::future::{Ready, ready};

use proptest::prelude::*;

use super::*;
use crate::fake::samples::{chat_id, create_chat, keyed_request};
use crate::fake::{FakeIdempotencyKeys, FakeQueue, FakeTables, Fault};
use crate::ports::{
    AllocateNumbers, AllocatedNumber, ReadCounters, ReserveRevisions, SendWrites, StoreError, WriteError,
};
use crate::{ApplicationId, ChatNumber, CreateChat, DeleteChat, Failure, Problem, Timestamp, Write};

/// Creates the row of a chat.
struct NewRow<'a, Queue> {
    application: ApplicationId,
    tables: &'a FakeTables,
    queue: &'a Queue,
}

impl<Queue: SendWrites> Creation for NewRow<'_, Queue> {
    type Decision = ReservedNumber<ChatNumber>;
    type Reservation = AllocatedNumber<ChatNumber>;

    async fn reserve(&self, now: Timestamp) -> Result<(Self::Decision, Self::Reservation), Failure> {
        let allocated = self.tables.allocate_number(&self.application).await?;
        let allocated = allocated.ok_or(Problem::ApplicationNotFound)?;
        Ok((ReservedNumber::new(&allocated, now), allocated))
    }

    async fn perform(
        &self,
        decision: &Self::Decision,
        _: Option<&Self::Reservation>,
    ) -> Result<(), WriteError> {
        let id = chat_id(&self.application, decision.number.get());
        let write = CreateChat { id, revision: decision.revision, at: decision.at };
        self.queue.send(&Write::CreateChat(write)).await
    }

    async fn undo(&self, reservation: Self::Reservation) {
        let _ = self.tables.release_number(&self.application, &reservation).await;
    }
}

fn allowed() -> Ready<Result<(), Failure>> {
    ready(Ok(()))
}

fn revoked() -> Ready<Result<(), Failure>> {
    ready(Err(Problem::TokenRevoked.into()))
}

/// An application, a queue and keys.
struct Scenario {
    application: ApplicationId,
    tables: FakeTables,
    queue: FakeQueue,
    keys: FakeIdempotencyKeys,
}

fn setup() -> Scenario {
    let (tables, application) = FakeTables::with_application();
    Scenario { application, tables, queue: FakeQueue::default(), keys: FakeIdempotencyKeys::default() }
}

impl Scenario {
    /// One plan of faults for all three stores, in the order in which they are called.
    fn with_shared_faults(mut self) -> Self {
        self.queue.faults = self.tables.faults.clone();
        self.keys.faults = self.tables.faults.clone();
        self
    }

    async fn create_on(
        &self,
        queue: &impl SendWrites,
        key: Option<&str>,
        at: i64,
    ) -> Result<ReservedNumber<ChatNumber>, Problem> {
        let row = NewRow { application: self.application.clone(), tables: &self.tables, queue };
        let key = key.map(|key| keyed_request(key, ""));
        create(&row, key, Timestamp::from_millis(at), &self.keys, allowed())
            .await
            .map_err(|failure| failure.problem)
    }

    async fn create(&self, key: Option<&str>, at: i64) -> Result<ReservedNumber<ChatNumber>, Problem> {
        self.create_on(&self.queue, key, at).await
    }

    async fn last_number(&self) -> u64 {
        self.tables.last_chat(&self.application).await.unwrap().unwrap()
    }

    fn sent_numbers(&self) -> Vec<ChatNumber> {
        self.queue.sent().iter().map(|write| write.chat().unwrap().chat).collect()
    }
}

#[tokio::test]
async fn a_creation_without_a_key_uses_no_key() {
    let scenario = setup();
    scenario.keys.faults.plan([Fault::Before]);
    assert_eq!(scenario.create(None, 7).await.map(|chat| chat.number.get()), Ok(1));
    assert_eq!(scenario.sent_numbers().len(), 1);
}

#[tokio::test]
async fn an_unsent_write_undoes_its_reservation() {
    let scenario = setup();
    scenario.queue.faults.plan([Fault::Before]);
    assert_eq!(scenario.create(None, 0).await, Err(Problem::TemporarilyUnavailable));
    assert_eq!(scenario.last_number().await, 0);
    assert_eq!(scenario.create(None, 0).await.map(|chat| chat.number.get()), Ok(1));
}

#[tokio::test]
async fn a_lost_reply_keeps_the_reservation() {
    let scenario = setup();
    scenario.queue.faults.plan([Fault::After]);
    assert_eq!(scenario.create(None, 0).await, Err(Problem::OutcomeUnknown));
    assert_eq!(scenario.create(None, 0).await.map(|chat| chat.number.get()), Ok(2));
}

#[tokio::test]
async fn a_key_repeats_the_decision_and_its_time() {
    let scenario = setup();
    let first = scenario.create(Some("k"), 7).await.unwrap();
    assert_eq!(first.at.millis(), 7);
    assert_eq!(scenario.create(Some("k"), 9).await, Ok(first));
    assert_eq!((scenario.sent_numbers().len(), scenario.last_number().await), (1, 1));
}

#[tokio::test]
async fn a_retry_after_an_unknown_outcome_carries_the_same_decision_out() {
    let scenario = setup();
    scenario.queue.faults.plan([Fault::After]);
    assert_eq!(scenario.create(Some("k"), 0).await, Err(Problem::OutcomeUnknown));
    // At once: the failed attempt released the key.
    assert_eq!(scenario.create(Some("k"), 0).await.map(|chat| chat.number.get()), Ok(1));
    assert_eq!((scenario.sent_numbers().len(), scenario.last_number().await), (2, 1));
}

#[tokio::test]
async fn a_failed_retry_never_claims_that_nothing_was_created() {
    let scenario = setup();
    scenario.queue.faults.plan([Fault::After, Fault::Before]);
    assert_eq!(scenario.create(Some("k"), 0).await, Err(Problem::OutcomeUnknown));
    assert_eq!(scenario.create(Some("k"), 0).await, Err(Problem::OutcomeUnknown), "the first was sent");
}

#[tokio::test]
async fn a_key_is_held_while_its_attempt_runs() {
    let scenario = setup();
    // The first attempt records nothing and cannot even remove its key.
    scenario.keys.faults.plan([Fault::None, Fault::Before, Fault::Before]);
    assert_eq!(scenario.create(Some("k"), 0).await, Err(Problem::TemporarilyUnavailable));
    assert_eq!(scenario.create(Some("k"), 4_999).await, Err(Problem::IdempotencyKeyInUse));
    assert_eq!(scenario.create(Some("k"), 5_000).await.map(|chat| chat.number.get()), Ok(2));
}

#[tokio::test]
async fn a_decision_that_was_not_recorded_is_undone() {
    let scenario = setup();
    scenario.keys.faults.plan([Fault::None, Fault::Before]);
    assert_eq!(scenario.create(Some("k"), 0).await, Err(Problem::TemporarilyUnavailable));
    assert_eq!((scenario.last_number().await, scenario.sent_numbers().len()), (0, 0));
}

#[tokio::test]
async fn a_refused_creation_frees_its_key() {
    let scenario = setup();
    scenario.queue.faults.plan([Fault::Before]);
    assert_eq!(scenario.create(Some("k"), 0).await, Err(Problem::TemporarilyUnavailable));
    let other = keyed_request("k", "other fields");
    let row = NewRow {
        application: scenario.application.clone(),
        tables: &scenario.tables,
        queue: &scenario.queue,
    };
    let created =
        create(&row, Some(other), Timestamp::from_millis(0), &scenario.keys, allowed()).await.unwrap();
    assert_eq!(created.number.get(), 1);
    assert_eq!(scenario.create(Some("k"), 0).await, Err(Problem::IdempotencyKeyReused));
}

#[tokio::test]
async fn an_unknown_parent_frees_its_key() {
    let scenario = Scenario { application: ApplicationId::random().unwrap(), ..setup() };
    for _ in 0..2 {
        assert_eq!(scenario.create(Some("k"), 0).await, Err(Problem::ApplicationNotFound));
    }
    assert_eq!(scenario.sent_numbers(), []);
}

/// A queue that fails for an attempt so slow that another attempt took its key over and succeeded.
struct FailsTooLate<'a>(&'a Scenario);

impl SendWrites for FailsTooLate<'_> {
    async fn send(&self, _write: &Write) -> Result<(), WriteError> {
        let succeeded = Box::pin(self.0.create_on(&FakeQueue::default(), Some("k"), 5_000)).await;
        assert_eq!(succeeded.map(|chat| chat.number.get()), Ok(1));
        Err(WriteError::not_written("too late"))
    }
}

#[tokio::test]
async fn a_slow_attempt_undoes_nothing_of_the_attempt_that_took_over() {
    let scenario = setup();
    let slow = scenario.create_on(&FailsTooLate(&scenario), Some("k"), 0).await;
    assert_eq!(slow, Err(Problem::TemporarilyUnavailable));
    assert_eq!(scenario.create(None, 0).await.map(|chat| chat.number.get()), Ok(2), "number 1 is taken");
}

#[tokio::test]
async fn a_revoked_token_creates_nothing_and_learns_nothing() {
    let scenario = setup();
    let chat = NewRow {
        application: scenario.application.clone(),
        tables: &scenario.tables,
        queue: &scenario.queue,
    };
    let at = Timestamp::from_millis(0);
    for key in [None, Some(keyed_request("k", ""))] {
        let refused = create(&chat, key, at, &scenario.keys, revoked()).await.unwrap_err();
        assert_eq!(refused.problem, Problem::TokenRevoked);
        assert_eq!((scenario.last_number().await, scenario.sent_numbers().len()), (0, 0));
    }
    assert_eq!(scenario.create(Some("k"), 0).await.map(|chat| chat.number.get()), Ok(1), "the key is free");
    let key = Some(keyed_request("k", ""));
    let refused = create(&chat, key, at, &scenario.keys, revoked()).await.unwrap_err();
    assert_eq!(refused.problem, Problem::TokenRevoked, "even what the key created before");
    let unknown = NewRow { application: ApplicationId::random().unwrap(), ..chat };
    let refused = create(&unknown, None, at, &scenario.keys, revoked()).await.unwrap_err();
    assert_eq!(refused.problem, Problem::TokenRevoked);
}

#[tokio::test]
async fn an_unsent_change_releases_its_revision() {
    let Scenario { application, tables, queue, .. } = setup();
    let id = chat_id(&application, 1);
    let write = |revision| Write::DeleteChat(DeleteChat { id: id.clone(), revision });
    queue.faults.plan([Fault::Before, Fault::After]);
    let outcomes = [
        change(&id, write, &tables, &queue).await.map_err(|failure| failure.problem),
        change(&id, write, &tables, &queue).await.map_err(|failure| failure.problem),
        change(&id, write, &tables, &queue).await.map_err(|failure| failure.problem),
    ];
    let revisions = outcomes.map(|outcome| outcome.map(|revision| revision.unwrap().get()));
    let expected = [Err(Problem::TemporarilyUnavailable), Err(Problem::OutcomeUnknown), Ok(2)];
    assert_eq!(revisions, expected, "the first revision went to the second change, which may be queued");
    assert_eq!(queue.sent().len(), 2);
}

#[tokio::test]
async fn a_change_of_nothing_is_not_sent() {
    let (tables, queue) = (FakeTables::default(), FakeQueue::default());
    let id = chat_id(&ApplicationId::random().unwrap(), 1);
    let write = |revision| Write::DeleteChat(DeleteChat { id: id.clone(), revision });
    assert_eq!(change(&id, write, &tables, &queue).await.unwrap(), None);
    assert_eq!(queue.sent(), []);
}

/// A counter whose release fails does not change the answer.
#[tokio::test]
async fn a_revision_that_cannot_be_released_stays_reserved() {
    let Scenario { application, tables, queue, .. } = setup();
    let id = chat_id(&application, 1);
    let write = |revision| Write::DeleteChat(DeleteChat { id: id.clone(), revision });
    queue.faults.plan([Fault::Before]);
    tables.faults.plan([Fault::None, Fault::Before]);
    let failure = change(&id, write, &tables, &queue).await.unwrap_err();
    assert_eq!(failure.problem, Problem::TemporarilyUnavailable);
    assert_eq!(tables.reserve_revision(&id).await.unwrap().unwrap().revision.get(), 2);
}

fn faults() -> impl Strategy<Value = Vec<Fault>> {
    let fault = prop_oneof![1 => Just(Fault::Before), 1 => Just(Fault::After), 3 => Just(Fault::None)];
    prop::collection::vec(fault, 0..10)
}

fn run(test: impl Future<Output = Result<(), TestCaseError>>) -> Result<(), TestCaseError> {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(test)
}

proptest! {
    /// Whatever fails in attempts under one key, and wherever they end: one thing is created, every attempt that
    /// succeeds returns it, and nobody else gets its number.
    #[test]
    fn a_key_creates_one_thing_whatever_fails(attempts in prop::collection::vec(faults(), 0..6)) {
        run(async {
            let scenario = setup().with_shared_faults();
            let (mut created, mut others) = (Vec::new(), Vec::new());
            for (at, faults) in (0..).step_by(6_000).zip(attempts) {
                scenario.tables.faults.plan(faults);
                created.extend(scenario.create(Some("k"), at).await);
                scenario.tables.faults.clear();
                // Another client creates one in between.
                others.push(scenario.create(None, at).await.unwrap().number);
            }
            let last = scenario.create(Some("k"), 60_000).await.unwrap();
            prop_assert!(created.iter().all(|decision| *decision == last));
            prop_assert!(!others.contains(&last.number));
            let mut writes = scenario.queue.sent();
            writes.retain(|write| !others.contains(&write.chat().unwrap().chat));
            writes.dedup();
            let id = chat_id(&scenario.application, last.number.get());
            let expected = create_chat(&id, last.revision.get(), last.at.millis());
            prop_assert_eq!(writes, [Write::CreateChat(expected)]);
            let distinct: std::collections::BTreeSet<_> = others.iter().collect();
            prop_assert_eq!(distinct.len(), others.len(), "no number twice");
            Ok(())
        })?;
    }

    /// A refusal as `TemporarilyUnavailable` means: nothing is on the queue. Its number is free again, unless undoing
    /// the reservation failed too.
    #[test]
    fn a_refusal_leaves_nothing_on_the_queue(keyed: bool, faults in faults()) {
        run(async {
            let scenario = setup().with_shared_faults();
            scenario.tables.faults.plan(faults.clone());
            let outcome = scenario.create(keyed.then_some("k"), 0).await;
            scenario.tables.faults.clear();
            match outcome {
                Ok(decision) => prop_assert_eq!(scenario.sent_numbers(), [decision.number]),
                Err(Problem::TemporarilyUnavailable) => {
                    prop_assert_eq!(scenario.sent_numbers(), []);
                    let failed = faults.iter().filter(|fault| **fault != Fault::None).count();
                    if failed <= 1 {
                        prop_assert_eq!(scenario.last_number().await, 0);
                    }
                }
                Err(problem) => prop_assert_eq!(problem, Problem::OutcomeUnknown),
            }
            Ok(())
        })?;
    }
}

/// The error of a store that was not reached is temporary; its cause is kept for the log.
#[test]
fn a_failure_keeps_its_cause() {
    let failure = Failure::from(StoreError::new("throttled"));
    assert_eq!(failure.problem, Problem::TemporarilyUnavailable);
    assert!(failure.cause.is_some_and(|cause| crate::error_chain(cause.as_ref()).ends_with("throttled")));
}
