use conversation::ports::{CreateApplications, StoreError};
use conversation::{Application, Failure, Name, Timestamp, Token};

/// Creates an application under a new random token. It is stored before the answer.
///
/// # Errors
/// [`Problem::TemporarilyUnavailable`](conversation::Problem) where the tables did not take it, and
/// [`Problem::OutcomeUnknown`](conversation::Problem) where they may have.
pub(crate) async fn create_application(
    name: Name,
    now: Timestamp,
    applications: &impl CreateApplications,
) -> Result<Application, Failure> {
    let token = Token::random().map_err(StoreError::new)?;
    let application = Application { token, name, chats_count: 0, created_at: now, updated_at: now };
    applications.create(&application).await?;
    Ok(application)
}

#[cfg(test)]
mod tests {
    use conversation::fake::{FakeTables, Fault};
    use conversation::ports::{ReadApplications, ReadCounters};
    use conversation::{PageRequest, Problem};

    use super::*;

    #[tokio::test]
    async fn the_application_can_be_read_and_its_chats_be_numbered() {
        let tables = FakeTables::default();
        let created = create_application(Name::parse("Tea").unwrap(), Timestamp::from_millis(7), &tables)
            .await
            .unwrap();
        assert_eq!(tables.application(&created.token).await.unwrap(), Some(created.clone()));
        assert_eq!(tables.last_chat(&created.token).await.unwrap(), Some(0));
        assert_eq!((created.chats_count, created.created_at), (0, Timestamp::from_millis(7)));
    }

    #[tokio::test]
    async fn a_refused_one_leaves_no_trace() {
        let tables = FakeTables::default();
        tables.faults.plan([Fault::Before, Fault::None, Fault::After]);
        let failure =
            create_application(Name::parse("Tea").unwrap(), Timestamp::now(), &tables).await.unwrap_err();
        assert_eq!(failure.problem, Problem::TemporarilyUnavailable);
        let all = PageRequest {
            limit: conversation::Limit::default(),
            order: conversation::Order::Ascending,
            after: None,
        };
        assert_eq!(tables.applications(&all).await.unwrap().items, []);
        let failure =
            create_application(Name::parse("Tea").unwrap(), Timestamp::now(), &tables).await.unwrap_err();
        assert_eq!(failure.problem, Problem::OutcomeUnknown, "it may be there");
    }
}
