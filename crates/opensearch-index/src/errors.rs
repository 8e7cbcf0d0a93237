//! Why a request to OpenSearch failed.
//!
//! These errors are logged, so they must not contain a search text or a message. They contain no URL either, and no
//! id of a document.

#[cfg(test)]
mod tests;

use std::error::Error;
use std::iter::successors;

use conversation::ports::StoreError;
use opensearch::http::response::Response;
use serde::de::DeserializeOwned;
use serde_json::Value;

#[derive(Debug, thiserror::Error)]
pub(crate) enum IndexError {
    /// There is no response, or not a readable one.
    #[error("{0}")]
    Failed(String),
    /// `error_type` is the root cause's `type`: the name of an exception, such as `mapper_parsing_exception`. Nothing else
    /// of the response is kept: `reason` quotes queries, document ids and bodies, and AWS's refusal of a signature
    /// quotes the URL.
    #[error(
        "OpenSearch refused the request with status {status} ({})",
        error_type.as_deref().unwrap_or("no error type")
    )]
    Refused { status: u16, error_type: Option<String> },
    #[error("a document in the index is not a message")]
    NotAMessage,
    #[error("the index is lost")]
    Lost,
    #[error("the state of the index is unknown")]
    State(#[source] StoreError),
}

impl From<IndexError> for StoreError {
    fn from(error: IndexError) -> Self {
        Self::new(error)
    }
}

impl From<opensearch::Error> for IndexError {
    fn from(error: opensearch::Error) -> Self {
        let http = error.source().and_then(|source| source.downcast_ref::<reqwest::Error>());
        let summary = match http {
            Some(http) if http.is_timeout() => "OpenSearch did not respond in time",
            Some(http) if http.is_connect() => "could not connect to OpenSearch",
            Some(http) if http.is_body() || http.is_decode() => "could not read OpenSearch's response",
            _ => "the request to OpenSearch failed",
        };
        // An `opensearch::Error` prints its source, if it has one.
        let first: &(dyn Error + 'static) = error.source().unwrap_or(&error);
        let causes = successors(Some(first), |&error| error.source()).filter_map(printable);
        Self::Failed([summary.to_owned()].into_iter().chain(causes).collect::<Vec<_>>().join(": "))
    }
}

/// The error's own words, without its source, if they can contain no secret.
fn printable(error: &(dyn Error + 'static)) -> Option<String> {
    if error.is::<reqwest::Error>() {
        // Prints the URL.
        None
    } else if let Some(json) = error.downcast_ref::<serde_json::Error>() {
        // Quotes a value that has the wrong type.
        Some(format!("{:?} error at line {} column {}", json.classify(), json.line(), json.column()))
    } else {
        Some(error.to_string())
    }
}

/// Returns the response if its status says that OpenSearch did what the request asked for.
pub(crate) async fn accepted(sent: Result<Response, opensearch::Error>) -> Result<Response, IndexError> {
    let response = sent?;
    let status = response.status_code();
    if status.is_success() {
        return Ok(response);
    }
    // Proxies in front of OpenSearch also send bodies that are not JSON.
    let body: Value = response.json().await.unwrap_or_default();
    let error_type = ["/error/root_cause/0/type", "/error/type"]
        .into_iter()
        .find_map(|pointer| body.pointer(pointer)?.as_str().map(str::to_owned));
    Err(IndexError::Refused { status: status.as_u16(), error_type })
}

/// Reads the body of the response.
pub(crate) async fn decode<T: DeserializeOwned>(response: Response) -> Result<T, IndexError> {
    Ok(response.json().await?)
}
