use conversation::ports::RenameApplications;
use conversation::{Application, Failure, Name, Problem, Timestamp, Token};

/// Gives an application another name. It is stored before the answer.
///
/// # Errors
/// [`Problem::ApplicationNotFound`], or where the table did not answer.
pub(crate) async fn update_application(
    token: &Token,
    name: &Name,
    now: Timestamp,
    applications: &impl RenameApplications,
) -> Result<Application, Failure> {
    applications.rename(token, name, now).await?.ok_or_else(|| Problem::ApplicationNotFound.into())
}

#[cfg(test)]
mod tests {
    use conversation::fake::{FakeTables, Fault};
    use conversation::ports::ReadApplications;

    use super::*;

    #[tokio::test]
    async fn the_new_name_can_be_read() {
        let (tables, token) = FakeTables::with_application();
        let (name, now) = (Name::parse("Coffee house").unwrap(), Timestamp::from_millis(70));
        let renamed = update_application(&token, &name, now, &tables).await.unwrap();
        assert_eq!((&renamed.name, renamed.created_at.millis(), renamed.updated_at), (&name, 1, now));
        assert_eq!(tables.application(&token).await.unwrap(), Some(renamed));
    }

    #[tokio::test]
    async fn an_unknown_application_is_not_found() {
        let name = Name::parse("Coffee house").unwrap();
        let (tables, token) = (FakeTables::default(), Token::random().unwrap());
        let failure = update_application(&token, &name, Timestamp::now(), &tables).await.unwrap_err();
        assert_eq!(failure.problem, Problem::ApplicationNotFound);
        assert_eq!(tables.application(&token).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_table_that_is_away_is_temporary() {
        let (tables, token) = FakeTables::with_application();
        tables.faults.plan([Fault::Before]);
        let name = Name::parse("Coffee house").unwrap();
        let failure = update_application(&token, &name, Timestamp::now(), &tables).await.unwrap_err();
        assert_eq!(failure.problem, Problem::TemporarilyUnavailable);
    }
}
