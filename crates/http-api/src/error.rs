use std::error::Error;

use conversation::{Failure, Problem};

use crate::{ApiProblem, Code};

/// Why a request failed: the problem for the client, and its cause for the log.
#[derive(Debug)]
pub struct ApiError {
    /// What the client is told.
    pub problem: ApiProblem,
    /// What only the log is told; `None` if the request itself is at fault.
    pub cause: Option<Box<dyn Error + Send + Sync>>,
}

impl From<ApiProblem> for ApiError {
    fn from(problem: ApiProblem) -> Self {
        Self { problem, cause: None }
    }
}

impl From<Code> for ApiError {
    fn from(code: Code) -> Self {
        ApiProblem::from(code).into()
    }
}

impl From<Problem> for ApiError {
    fn from(problem: Problem) -> Self {
        ApiProblem::from(problem).into()
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        Self { problem: failure.problem.into(), cause: failure.cause }
    }
}
