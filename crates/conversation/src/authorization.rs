use std::pin::pin;

use futures_util::future::{Either, select};

use crate::Failure;

/// Runs `call` and the authorization concurrently. If the authorization fails, returns its error at once and drops `call`.
/// An error of `call` is returned only after the authorization succeeded.
///
/// # Errors
/// Those of `authorization`, and those of `call`.
pub async fn while_authorizing<T>(
    authorization: impl Future<Output = Result<(), Failure>>,
    call: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    match select(pin!(authorization), pin!(call)).await {
        Either::Left((authorized, call)) => {
            authorized?;
            call.await
        }
        Either::Right((called, authorization)) => {
            authorization.await?;
            called
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;
    use crate::Problem;

    fn failed(problem: Problem) -> Result<(), Failure> {
        Err(problem.into())
    }

    async fn problem(
        authorization: impl Future<Output = Result<(), Failure>>,
        call: impl Future<Output = Result<(), Failure>>,
    ) -> Option<Problem> {
        while_authorizing(authorization, call).await.err().map(|failure| failure.problem)
    }

    #[tokio::test]
    async fn a_refused_caller_learns_nothing_of_the_call() {
        let refused = || ready(failed(Problem::TokenRevoked));
        let late = async {
            tokio::task::yield_now().await;
            failed(Problem::TokenRevoked)
        };
        assert_eq!(
            problem(refused(), ready(failed(Problem::ChatNotFound))).await,
            Some(Problem::TokenRevoked)
        );
        assert_eq!(problem(late, ready(failed(Problem::ChatNotFound))).await, Some(Problem::TokenRevoked));
        assert_eq!(problem(refused(), pending()).await, Some(Problem::TokenRevoked), "the call is dropped");
    }

    #[tokio::test]
    async fn an_authorized_caller_gets_the_outcome_of_the_call() {
        let authorized = || ready(Ok(()));
        assert_eq!(problem(authorized(), ready(Ok(()))).await, None);
        assert_eq!(
            problem(authorized(), ready(failed(Problem::ChatNotFound))).await,
            Some(Problem::ChatNotFound)
        );
    }
}
