use conversation::ports::{CreateApplications, SendError, StoreError};
use conversation::{
    Application, Attempt, Failure, KeepKeys, KeyedRequest, Name, Named, Problem, Timestamp, Token,
};

/// Creates an application under a new random token. It is stored before the answer.
///
/// # Errors
/// [`Problem::TemporarilyUnavailable`] where the tables did not take it, [`Problem::OutcomeUnknown`] where
/// they may have, and what [`Attempt::begin`] fails with.
pub(crate) async fn create_application(
    name: Name,
    keyed: Option<KeyedRequest>,
    now: Timestamp,
    keys: &impl KeepKeys,
    applications: &impl CreateApplications,
) -> Result<Application, Failure> {
    let attempt = Attempt::begin(keys, keyed, now).await?;
    let earlier: Option<Named> = attempt.earlier().cloned();
    let is_first = earlier.is_none();
    let named = if let Some(named) = earlier {
        named
    } else {
        let named = Named { token: Token::random().map_err(StoreError::new)?, at: now };
        attempt.decide(&named).await.map_err(|undecided| undecided.failure)?;
        named
    };
    let application = Application {
        token: named.token.clone(),
        name,
        chats_count: 0,
        created_at: named.at,
        updated_at: named.at,
    };
    if attempt.is_done() {
        return Ok(application);
    }
    match applications.create(&application).await {
        Ok(()) => {
            attempt.complete(&named).await;
            Ok(application)
        }
        Err(error @ SendError::NotSent(_)) if is_first => {
            attempt.forget().await;
            Err(error.into())
        }
        // Where an earlier attempt chose the token, it may have stored the application too.
        Err(error) => {
            attempt.release().await;
            Err(Failure { problem: Problem::OutcomeUnknown, cause: Some(error.into()) })
        }
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::{FakeKeys, FakeTables, Fault};
    use conversation::ports::{ReadApplications, ReadCounters};
    use conversation::{Limit, Order, PageRequest};
    use proptest::prelude::*;

    use super::*;

    async fn create(
        name: &str,
        key: Option<&str>,
        now: i64,
        keys: &FakeKeys,
        tables: &FakeTables,
    ) -> Result<Application, Problem> {
        let keyed = key.map(|key| KeyedRequest { id: key.to_owned(), fingerprint: name.to_owned() });
        create_application(Name::parse(name).unwrap(), keyed, Timestamp::from_millis(now), keys, tables)
            .await
            .map_err(|failure| failure.problem)
    }

    async fn all(tables: &FakeTables) -> Vec<Application> {
        let page = PageRequest { limit: Limit::default(), order: Order::Ascending, after: None };
        tables.applications(&page).await.unwrap().items
    }

    #[tokio::test]
    async fn the_application_can_be_read_and_its_chats_be_numbered() {
        let (keys, tables) = (FakeKeys::default(), FakeTables::default());
        let created = create("Tea", None, 7, &keys, &tables).await.unwrap();
        assert_eq!(tables.application(&created.token).await.unwrap(), Some(created.clone()));
        assert_eq!(tables.last_chat(&created.token).await.unwrap(), Some(0));
        assert_eq!((created.chats_count, created.created_at), (0, Timestamp::from_millis(7)));
    }

    #[tokio::test]
    async fn a_refused_one_leaves_no_trace() {
        let (keys, tables) = (FakeKeys::default(), FakeTables::default());
        tables.faults.plan([Fault::Before, Fault::None, Fault::After]);
        assert_eq!(create("Tea", None, 7, &keys, &tables).await, Err(Problem::TemporarilyUnavailable));
        assert_eq!(all(&tables).await, []);
        let problem = create("Tea", None, 7, &keys, &tables).await;
        assert_eq!(problem, Err(Problem::OutcomeUnknown), "it may be there");
    }

    #[tokio::test]
    async fn a_key_makes_one_application() {
        let (keys, tables) = (FakeKeys::default(), FakeTables::default());
        let created = create("Tea", Some("k"), 7, &keys, &tables).await.unwrap();
        assert_eq!(create("Tea", Some("k"), 9, &keys, &tables).await, Ok(created.clone()));
        let problem = create("Coffee", Some("k"), 9, &keys, &tables).await;
        assert_eq!(problem, Err(Problem::IdempotencyKeyReused));
        assert_eq!(all(&tables).await, [created]);
    }

    proptest! {
        /// Whatever fails in attempts under one key, and wherever they end: there is one application, and
        /// every attempt that succeeds answers it.
        #[test]
        fn whatever_fails_a_key_makes_one_application(
            attempts in prop::collection::vec(prop::collection::vec(0..4u8, 0..8), 0..6)
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let (mut keys, tables) = (FakeKeys::default(), FakeTables::default());
                keys.faults = tables.faults.clone();
                let mut answers = Vec::new();
                for (time, faults) in (0..).step_by(6_000).zip(attempts) {
                    tables.faults.plan(faults.into_iter().map(|kind| match kind {
                        0 => Fault::Before,
                        1 => Fault::After,
                        _ => Fault::None,
                    }));
                    answers.extend(create("Tea", Some("k"), time, &keys, &tables).await);
                    tables.faults.clear();
                }
                answers.push(create("Tea", Some("k"), 60_000, &keys, &tables).await.unwrap());
                let stored = all(&tables).await;
                prop_assert_eq!(stored.len(), 1);
                prop_assert!(answers.iter().all(|answer| *answer == stored[0]));
                Ok(())
            })?;
        }
    }
}
