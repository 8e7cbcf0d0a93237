use conversation::IndexChange;
use conversation::ports::{IndexMessages, StoreError};
use opensearch::params::VersionType;
use opensearch::{BulkOperation, BulkOperations, BulkParts};
use serde::Deserialize;

use crate::document::{Document, name};
use crate::{IndexError, MessageIndex};

#[derive(Deserialize)]
struct Answer {
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
    error: Option<Cause>,
}

#[derive(Deserialize)]
struct Cause {
    #[serde(rename = "type")]
    kind: String,
    reason: Option<String>,
}

impl Outcome {
    /// 409 says that a newer state is there already, which is as good; 404 that there was nothing to
    /// remove.
    fn is_made(&self) -> bool {
        self.status < 300 || self.status == 409 || (self.status == 404 && self.error.is_none())
    }

    fn lacks_index(&self) -> bool {
        self.error.as_ref().is_some_and(|cause| cause.kind == "index_not_found_exception")
    }
}

impl IndexMessages for MessageIndex {
    async fn index(&self, changes: &[IndexChange]) -> Result<Vec<usize>, StoreError> {
        if changes.is_empty() {
            return Ok(Vec::new());
        }
        // A removal with a version makes a missing index by itself, and without its mapping.
        let removes = changes.iter().any(|change| matches!(change, IndexChange::Remove(_)));
        if removes && !self.exists().await? {
            self.create().await?;
        }
        let mut outcomes = self.bulk(changes).await?;
        if outcomes.iter().any(Outcome::lacks_index) {
            self.create().await?;
            outcomes = self.bulk(changes).await?;
        }
        let failed = outcomes.iter().enumerate().filter(|(_, outcome)| !outcome.is_made());
        Ok(failed
            .map(|(place, outcome)| {
                let cause = outcome.error.as_ref();
                let reason = cause.and_then(|cause| cause.reason.as_deref());
                tracing::warn!(target: "chatlog", status = outcome.status, reason, "a message was not indexed");
                place
            })
            .collect())
    }
}

/// The version of a removal: above every revision, so that no state of the row comes after it. The index
/// remembers it for as long as `index.gc_deletes` says.
const REMOVED: i64 = 1 << 53;

fn push(operations: &mut BulkOperations, change: &IndexChange) -> Result<(), StoreError> {
    let id = change.id();
    match change {
        IndexChange::Put(message) => operations.push(
            BulkOperation::index(Document::from(message))
                .id(name(&id))
                .routing(id.chat.key())
                .version(i64::try_from(message.revision.get()).map_err(StoreError::new)?)
                .version_type(VersionType::External),
        ),
        IndexChange::Remove(_) => operations.push(
            BulkOperation::<()>::delete(name(&id))
                .routing(id.chat.key())
                .version(REMOVED)
                .version_type(VersionType::External),
        ),
    }
    .map_err(StoreError::new)
}

impl MessageIndex {
    async fn bulk(&self, changes: &[IndexChange]) -> Result<Vec<Outcome>, StoreError> {
        let mut operations = BulkOperations::new();
        for change in changes {
            push(&mut operations, change)?;
        }
        let answer = self
            .client
            .bulk(BulkParts::Index(&self.alias))
            .require_alias(true)
            .body(vec![operations])
            .send()
            .await
            .map_err(StoreError::new)?;
        let status = answer.status_code().as_u16();
        if !answer.status_code().is_success() {
            let reason = answer.text().await.map_err(StoreError::new)?;
            return Err(StoreError::new(IndexError::Refused { status, reason }));
        }
        let answer: Answer = answer.json().await.map_err(StoreError::new)?;
        Ok(answer.items.into_iter().map(|item| item.outcome).collect())
    }
}
