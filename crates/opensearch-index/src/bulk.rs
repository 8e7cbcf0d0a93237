use std::collections::BTreeSet;

use conversation::IndexChange;
use conversation::ports::{IndexMessages, ReadIndexState, RecordFirstIndex, StoreError};
use futures_util::future::try_join_all;
use opensearch::BulkParts;
use opensearch::params::VersionType;
use serde::{Deserialize, Serialize};

use crate::MessageIndex;
use crate::client::IndexClient;
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
pub(crate) struct Outcome {
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
    pub(crate) fn is_success(&self) -> bool {
        self.status < 300 || self.status == 409 || (self.status == 404 && self.error.is_none())
    }

    pub(crate) fn is_missing_index(&self) -> bool {
        self.error_type() == Some("index_not_found_exception")
    }

    /// Whether the index had no room for this change: 429 if a queue is full, 5xx if a shard is away.
    pub(crate) fn is_overload(&self) -> bool {
        self.status == 429 || self.status >= 500
    }

    /// This outcome, as if OpenSearch had refused the whole request with it.
    pub(crate) fn as_refusal(&self) -> IndexError {
        IndexError::Refused { status: self.status, error_type: self.error_type().map(str::to_owned) }
    }

    pub(crate) fn error_type(&self) -> Option<&str> {
        self.error.as_ref().map(|error| error.error_type.as_str())
    }
}

impl<State: ReadIndexState + RecordFirstIndex> IndexMessages for MessageIndex<State> {
    async fn index(&self, changes: &[IndexChange]) -> Result<Vec<usize>, StoreError> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        let has_removal = changes.iter().any(|change| matches!(change, IndexChange::Remove(_)));
        // Boxed, because the nested futures exceed the compiler's recursion limit otherwise.
        let targets = Box::pin(self.targets(has_removal)).await?;
        let bulks = targets.iter().map(|target| Box::pin(self.client.bulk(target, changes)));
        let mut outcomes = try_join_all(bulks).await?.into_iter();
        let current = outcomes.next().unwrap_or_default();
        if current.iter().any(Outcome::is_missing_index) {
            self.require_no_index_yet().await?;
        }
        if let Some(overload) = overload(&current) {
            return Err(overload.into());
        }
        let mut failed = failures(changes, &current);
        for next in outcomes {
            // If the index of a rebuild is gone, so is the rebuild.
            if !next.iter().any(Outcome::is_missing_index) {
                failed.extend(failures(changes, &next));
            }
        }
        Ok(failed.into_iter().collect())
    }
}

/// The positions of the changes that an index did not make.
fn failures(changes: &[IndexChange], outcomes: &[Outcome]) -> BTreeSet<usize> {
    let failed = outcomes.iter().zip(changes).enumerate().filter(|(_, (outcome, _))| !outcome.is_success());
    failed
        .map(|(position, (outcome, change))| {
            log_failure(change, outcome);
            position
        })
        .collect()
}

/// If the index had no room for any change: the error of the first one.
fn overload(outcomes: &[Outcome]) -> Option<IndexError> {
    let first = outcomes.first().filter(|_| outcomes.iter().all(Outcome::is_overload))?;
    Some(first.as_refusal())
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

impl IndexClient {
    /// Sends all changes to the index behind an alias. Creates no index.
    pub(crate) async fn bulk(
        &self,
        alias: &str,
        changes: &[IndexChange],
    ) -> Result<Vec<Outcome>, IndexError> {
        let mut lines = Vec::new();
        for change in changes {
            write_lines(&mut lines, change).map_err(opensearch::Error::from)?;
        }
        let request = self.client.bulk(BulkParts::Index(alias)).body(vec![lines]);
        let response: BulkResponse = decode(accepted(request.send().await).await?).await?;
        Ok(response.items.into_iter().map(|item| item.outcome).collect())
    }
}

/// The first line of a change. A second one has the document that is put.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Index(Target),
    Delete(Target),
}

#[derive(Serialize)]
struct Target {
    #[serde(rename = "_id")]
    id: String,
    routing: String,
    version: i64,
    version_type: VersionType,
    /// Without it, a bulk to a missing index creates one with a mapping of its own. AWS documents that it ignores parameters in the URL of a
    /// signed POST request, so it is here. The operations of the crate `opensearch` do not have it.
    require_alias: bool,
}

fn write_lines(lines: &mut Vec<u8>, change: &IndexChange) -> serde_json::Result<()> {
    let id = change.id();
    let target = |version| Target {
        id: document_id(&id),
        routing: id.chat.key(),
        version,
        version_type: VersionType::External,
        require_alias: true,
    };
    match change {
        IndexChange::Put(message) => {
            let revision = i64::try_from(message.revision.get()).unwrap_or(REMOVAL_VERSION);
            write_line(lines, &Action::Index(target(revision)))?;
            write_line(lines, &Document::from(message))
        }
        IndexChange::Remove(_) => write_line(lines, &Action::Delete(target(REMOVAL_VERSION))),
    }
}

fn write_line(lines: &mut Vec<u8>, value: &impl Serialize) -> serde_json::Result<()> {
    serde_json::to_writer(&mut *lines, value)?;
    lines.push(b'\n');
    Ok(())
}
