use std::sync::atomic::Ordering;

use conversation::IndexChange;
use conversation::ports::{IndexMessages, StoreError};
use opensearch::params::VersionType;
use opensearch::{BulkOperation, BulkOperations, BulkParts};
use serde::Deserialize;

use crate::MessageIndex;
use crate::document::{Document, document_id};
use crate::errors::{IndexError, accepted, decode};

#[derive(Deserialize)]
struct BulkResponse {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(alias = "index", alias = "delete")]
    outcome: Outcome,
}

#[derive(Deserialize)]
struct Outcome {
    status: u16,
    error: Option<ItemError>,
}

/// Without `reason`, which quotes the document's id and body (see `errors.rs`).
#[derive(Deserialize)]
struct ItemError {
    #[serde(rename = "type")]
    error_type: String,
}

impl Outcome {
    /// Whether the index has this change or a newer one. 409 means a newer version; 404 without an error means that the
    /// document to delete did not exist.
    fn is_success(&self) -> bool {
        self.status < 300 || self.status == 409 || (self.status == 404 && self.error.is_none())
    }

    fn is_missing_index(&self) -> bool {
        self.error_type() == Some("index_not_found_exception")
    }

    /// Whether the index had no room for this change: 429 if a queue is full, 5xx if a shard is away.
    fn is_overload(&self) -> bool {
        self.status == 429 || self.status >= 500
    }

    fn error_type(&self) -> Option<&str> {
        self.error.as_ref().map(|error| error.error_type.as_str())
    }
}

impl IndexMessages for MessageIndex {
    async fn index(&self, changes: &[IndexChange]) -> Result<Vec<usize>, StoreError> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        // A versioned deletion creates a missing index, without our mapping and despite `require_alias`. Any other bulk would,
        // too, if AWS ignores `require_alias`, as it documents for the URL parameters of signed POST requests.
        let has_removal = changes.iter().any(|change| matches!(change, IndexChange::Remove(_)));
        if has_removal || !self.has_seen_index.load(Ordering::Relaxed) {
            if !self.exists().await? {
                self.create().await?;
            }
            self.has_seen_index.store(true, Ordering::Relaxed);
        }
        let mut outcomes = self.bulk(changes).await?;
        if outcomes.iter().any(Outcome::is_missing_index) {
            self.create().await?;
            outcomes = self.bulk(changes).await?;
        }
        if let Some(overload) = overload(&outcomes) {
            return Err(overload.into());
        }
        let failed =
            outcomes.iter().zip(changes).enumerate().filter(|(_, (outcome, _))| !outcome.is_success());
        Ok(failed
            .map(|(position, (outcome, change))| {
                log_failure(change, outcome);
                position
            })
            .collect())
    }
}

/// If the index had no room for any change: the error of the first one.
fn overload(outcomes: &[Outcome]) -> Option<IndexError> {
    let first = outcomes.first().filter(|_| outcomes.iter().all(Outcome::is_overload))?;
    let error_type = first.error_type().map(str::to_owned);
    Some(IndexError::Refused { status: first.status, error_type })
}

fn log_failure(change: &IndexChange, outcome: &Outcome) {
    let id = change.id();
    tracing::warn!(
        target: "chatlog",
        application = id.chat.application.as_str(),
        chat = id.chat.chat.get(),
        // A field named `message` would clash with the sentence.
        message_number = id.message.get(),
        index_status = outcome.status,
        error_type = outcome.error_type(),
        "could not update the index for {id}"
    );
}

/// The version of a removal: above every revision, so nothing replaces the removal. OpenSearch remembers it for
/// `index.gc_deletes`.
const REMOVAL_VERSION: i64 = 1 << 53;

impl MessageIndex {
    async fn bulk(&self, changes: &[IndexChange]) -> Result<Vec<Outcome>, StoreError> {
        let mut operations = BulkOperations::new();
        for change in changes {
            push(&mut operations, change)?;
        }
        let request =
            self.client.bulk(BulkParts::Index(&self.alias)).require_alias(true).body(vec![operations]);
        let response: BulkResponse = decode(accepted(request.send().await).await?).await?;
        Ok(response.items.into_iter().map(|item| item.outcome).collect())
    }
}

fn push(operations: &mut BulkOperations, change: &IndexChange) -> Result<(), StoreError> {
    let id = change.id();
    let pushed = match change {
        IndexChange::Put(message) => operations.push(
            BulkOperation::index(Document::from(message))
                .id(document_id(&id))
                .routing(id.chat.key())
                .version(i64::try_from(message.revision.get()).map_err(StoreError::new)?)
                .version_type(VersionType::External),
        ),
        IndexChange::Remove(_) => operations.push(
            BulkOperation::<()>::delete(document_id(&id))
                .routing(id.chat.key())
                .version(REMOVAL_VERSION)
                .version_type(VersionType::External),
        ),
    };
    Ok(pushed.map_err(IndexError::from)?)
}
