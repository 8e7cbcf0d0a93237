use conversation::ports::{IndexMessages, IndexedMessage, StoreError};
use opensearch::params::VersionType;
use opensearch::{BulkOperation, BulkOperations, BulkParts};
use serde::Deserialize;

use crate::document::{Document, id};
use crate::{IndexError, MessageIndex};

#[derive(Deserialize)]
struct Answer {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: Outcome,
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
    /// 409 says that a newer state is there already, which is as good.
    fn is_in(&self) -> bool {
        self.status < 300 || self.status == 409
    }

    fn lacks_index(&self) -> bool {
        self.error.as_ref().is_some_and(|cause| cause.kind == "index_not_found_exception")
    }
}

impl IndexMessages for MessageIndex {
    async fn index(&self, messages: &[IndexedMessage]) -> Result<Vec<usize>, StoreError> {
        if messages.is_empty() {
            return Ok(Vec::new());
        }
        let mut outcomes = self.bulk(messages).await?;
        if outcomes.iter().any(Outcome::lacks_index) {
            self.create().await?;
            outcomes = self.bulk(messages).await?;
        }
        let failed = outcomes.iter().enumerate().filter(|(_, outcome)| !outcome.is_in());
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

impl MessageIndex {
    async fn bulk(&self, messages: &[IndexedMessage]) -> Result<Vec<Outcome>, StoreError> {
        let mut operations = BulkOperations::new();
        for message in messages {
            let version = i64::try_from(message.revision.get()).map_err(StoreError::new)?;
            let operation = BulkOperation::index(Document::from(message))
                .id(id(message))
                .routing(message.chat.key())
                .version(version)
                .version_type(VersionType::External);
            operations.push(operation).map_err(StoreError::new)?;
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
        Ok(answer.items.into_iter().map(|item| item.index).collect())
    }
}
