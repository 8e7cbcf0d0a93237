//! Who may use an application, and for how long that is remembered.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::{Either, select};

use crate::ports::ReadTokenVersions;
use crate::{ApplicationId, Failure, Problem, Timestamp, TokenVersion};

/// Who uses an application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub application: ApplicationId,
    /// The version of the tenant's token; `None` for the operator.
    pub token_version: Option<TokenVersion>,
}

impl Caller {
    /// Checks that the caller's token is not older than the `present` one.
    ///
    /// # Errors
    /// [`Problem::TokenRevoked`].
    pub fn check(&self, present: TokenVersion) -> Result<(), Problem> {
        match self.token_version {
            Some(version) if version < present => Err(Problem::TokenRevoked),
            // A higher version was issued after the present one was read.
            _ => Ok(()),
        }
    }
}

/// How long a process trusts what it read. So a revoked token stops working within this time everywhere.
pub const TRUSTED_FOR: Duration = Duration::from_secs(30);
/// The most applications that a process remembers.
const CAPACITY: usize = 10_000;

/// Checks callers, and remembers the present token version of each application for [`TRUSTED_FOR`].
#[derive(Debug)]
pub struct AccessCheck<Versions> {
    versions: Versions,
    remembered: Mutex<HashMap<ApplicationId, Remembered>>,
}

#[derive(Debug, Clone, Copy)]
struct Remembered {
    version: TokenVersion,
    read_at: Timestamp,
}

impl<Versions> AccessCheck<Versions> {
    #[must_use]
    pub fn new(versions: Versions) -> Self {
        Self { versions, remembered: Mutex::default() }
    }

    fn remembered(&self) -> MutexGuard<'_, HashMap<ApplicationId, Remembered>> {
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The remembered version, if it can be trusted still.
    fn trusted(&self, application: &ApplicationId, now: Timestamp) -> Option<TokenVersion> {
        let remembered = self.remembered().get(application).copied()?;
        is_trusted(remembered, now).then_some(remembered.version)
    }

    fn remember(&self, application: &ApplicationId, version: TokenVersion, now: Timestamp) {
        let mut remembered = self.remembered();
        if remembered.len() >= CAPACITY {
            remembered.retain(|_, remembered| is_trusted(*remembered, now));
        }
        if remembered.len() >= CAPACITY {
            remembered.clear();
        }
        remembered.insert(application.clone(), Remembered { version, read_at: now });
    }
}

fn is_trusted(remembered: Remembered, now: Timestamp) -> bool {
    let age = now.millis().saturating_sub(remembered.read_at.millis());
    // A clock that was set back makes the age negative.
    u64::try_from(age).is_ok_and(|age| Duration::from_millis(age) < TRUSTED_FOR)
}

impl<Versions: ReadTokenVersions> AccessCheck<Versions> {
    /// Admits a caller as far as the process can tell without a call. [`Admission::confirm`] does the rest.
    ///
    /// # Errors
    /// [`Problem::TokenRevoked`] if a higher version is remembered.
    pub fn admit(&self, caller: Caller, now: Timestamp) -> Result<Admission<'_, Versions>, Problem> {
        let trusted = self.trusted(&caller.application, now);
        if let Some(present) = trusted {
            caller.check(present)?;
        }
        Ok(Admission { caller, now, unconfirmed: trusted.is_none().then_some(self) })
    }
}

/// A caller whose token is genuine, or the operator. Nothing may take effect before [`Admission::confirm`] succeeds.
#[derive(Debug)]
pub struct Admission<'a, Versions> {
    caller: Caller,
    now: Timestamp,
    /// `None` if the present version was remembered.
    unconfirmed: Option<&'a AccessCheck<Versions>>,
}

impl<Versions: ReadTokenVersions> Admission<'_, Versions> {
    #[must_use]
    pub fn application(&self) -> &ApplicationId {
        &self.caller.application
    }

    /// Checks the caller's token against the `present` version, for a function that has read it. A reply that shows the
    /// present token needs this: the memory of a process may be older.
    ///
    /// # Errors
    /// [`Problem::TokenRevoked`].
    pub fn check(&self, present: TokenVersion) -> Result<(), Problem> {
        self.caller.check(present)
    }

    /// Confirms that the application exists and the token was not revoked. It makes one call, or none if the present
    /// version was remembered. Run it at the same time as the function's own first call.
    ///
    /// # Errors
    /// [`Problem::ApplicationNotFound`], [`Problem::TokenRevoked`], or the version could not be read.
    pub async fn confirm(&self) -> Result<(), Failure> {
        let Some(check) = self.unconfirmed else { return Ok(()) };
        let application = self.application();
        let present = check.versions.token_version(application).await?;
        let present = present.ok_or(Problem::ApplicationNotFound)?;
        check.remember(application, present, self.now);
        Ok(self.caller.check(present)?)
    }
}

/// Runs `call` at the same time as `access`, the confirmation that the caller may make it. What `access` fails with comes
/// first, at once.
///
/// # Errors
/// Those of `access`, and those of `call`.
pub async fn alongside<T>(
    access: impl Future<Output = Result<(), Failure>>,
    call: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    match select(pin!(access), pin!(call)).await {
        Either::Left((confirmed, call)) => {
            confirmed?;
            call.await
        }
        Either::Right((called, access)) => {
            access.await?;
            called
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{FakeTables, Fault};

    fn caller(application: &ApplicationId, version: u32) -> Caller {
        Caller { application: application.clone(), token_version: Some(TokenVersion::new(version)) }
    }

    async fn check(check: &AccessCheck<FakeTables>, caller: &Caller, seconds: i64) -> Result<(), Problem> {
        let admission = check.admit(caller.clone(), Timestamp::from_millis(seconds * 1_000))?;
        admission.confirm().await.map_err(|failure| failure.problem)
    }

    #[tokio::test]
    async fn a_warm_check_calls_no_store() {
        let (tables, application) = FakeTables::with_application();
        let access = AccessCheck::new(tables.clone());
        assert_eq!(check(&access, &caller(&application, 1), 0).await, Ok(()));
        tables.faults.plan([Fault::Before]);
        assert_eq!(check(&access, &caller(&application, 1), 29).await, Ok(()));
        assert_eq!(check(&access, &caller(&application, 1), 30).await, Err(Problem::TemporarilyUnavailable));
    }

    #[tokio::test]
    async fn a_revoked_token_stops_working_within_30_seconds() {
        let (tables, application) = FakeTables::with_application();
        let access = AccessCheck::new(tables.clone());
        assert_eq!(check(&access, &caller(&application, 1), 0).await, Ok(()));
        tables.set_token_version(&application, TokenVersion::new(2));
        assert_eq!(check(&access, &caller(&application, 2), 1).await, Ok(()), "the new one works at once");
        assert_eq!(check(&access, &caller(&application, 1), 29).await, Ok(()));
        assert_eq!(check(&access, &caller(&application, 1), 30).await, Err(Problem::TokenRevoked));
        let operator = Caller { application, token_version: None };
        assert_eq!(check(&access, &operator, 31).await, Ok(()));
    }

    #[tokio::test]
    async fn a_token_that_is_known_to_be_revoked_is_not_admitted() {
        let (tables, application) = FakeTables::with_application();
        tables.set_token_version(&application, TokenVersion::new(2));
        let access = AccessCheck::new(tables);
        let now = Timestamp::from_millis(0);
        let admission = access.admit(caller(&application, 1), now).unwrap();
        assert_eq!(admission.confirm().await.map_err(|failure| failure.problem), Err(Problem::TokenRevoked));
        assert_eq!(access.admit(caller(&application, 1), now).err(), Some(Problem::TokenRevoked));
    }

    #[tokio::test]
    async fn a_refused_caller_learns_nothing_of_the_call_alongside() {
        let (tables, application) = FakeTables::with_application();
        tables.set_token_version(&application, TokenVersion::new(2));
        let access = AccessCheck::new(tables);
        for (version, expected) in [(1, Problem::TokenRevoked), (2, Problem::ChatNotFound)] {
            let Ok(admission) = access.admit(caller(&application, version), Timestamp::from_millis(0)) else {
                panic!()
            };
            let call = async { Err::<(), _>(Problem::ChatNotFound.into()) };
            assert_eq!(
                alongside(admission.confirm(), call).await.map_err(|failure| failure.problem),
                Err(expected)
            );
        }
    }

    #[tokio::test]
    async fn an_unknown_application_is_not_remembered() {
        let (tables, known) = FakeTables::with_application();
        let unknown = ApplicationId::random().unwrap();
        let access = AccessCheck::new(tables);
        assert_eq!(check(&access, &caller(&unknown, 1), 0).await, Err(Problem::ApplicationNotFound));
        assert_eq!(access.remembered().len(), 0);
        assert_eq!(check(&access, &caller(&known, 1), 0).await, Ok(()));
        assert_eq!(access.remembered().len(), 1);
    }

    #[test]
    fn the_memory_is_bounded() {
        let access = AccessCheck::new(());
        for second in 0..2 * i64::try_from(CAPACITY).unwrap() {
            let id = ApplicationId::random().unwrap();
            access.remember(&id, TokenVersion::FIRST, Timestamp::from_millis(second));
            assert!(access.remembered().len() <= CAPACITY);
        }
    }

    #[test]
    fn a_clock_that_was_set_back_ends_the_trust() {
        let remembered = Remembered { version: TokenVersion::FIRST, read_at: Timestamp::from_millis(60_000) };
        assert!(!is_trusted(remembered, Timestamp::from_millis(59_999)));
    }
}
