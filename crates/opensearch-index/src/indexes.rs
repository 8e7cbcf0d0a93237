//! The indexes as their operator sees them: all generations, and the steps of a rebuild.

mod summary;

use std::time::Duration;

use aws_types::SdkConfig;
use conversation::ports::{INDEX_STATE_TTL, StoreError};
use conversation::{IndexChange, IndexGeneration};
use opensearch::cluster::ClusterHealthParts;
use opensearch::indices::{IndicesDeleteParts, IndicesGetParts, IndicesRefreshParts, IndicesStatsParts};
use serde_json::{Value, json};

use crate::ClientError;
use crate::bulk::Outcome;
use crate::client::IndexClient;
use crate::creation::Use;
use crate::errors::{IndexError, accepted, decode};

pub use summary::{DomainHealth, IndexSummary};

/// The version of the mapping that this release creates indexes with: `_meta.mapping_version` in `mapping.json`.
pub const MAPPING_VERSION: u64 = 2;

/// How long after the begin of a rebuild every function sends its changes to the next index, too. Until a process knows about it,
/// [`INDEX_STATE_TTL`] may pass. A sweep that began before that removes its rows within the ten seconds of its invocation.
pub const CHANGES_REACH_NEXT_INDEX: Duration = INDEX_STATE_TTL.saturating_add(Duration::from_secs(15));

/// A request may create or delete an index, which takes longer than a change of documents.
const TIMEOUT: Duration = Duration::from_mins(1);

/// The indexes of one deployment.
#[derive(Debug, Clone)]
pub struct Indexes {
    client: IndexClient,
}

impl Indexes {
    /// The indexes below `alias` in the domain at `endpoint`.
    ///
    /// # Errors
    /// [`ClientError::Build`] if `endpoint` is not a URL, or `config` has no credentials or no region.
    pub fn new(config: &SdkConfig, endpoint: &str, alias: &str) -> Result<Self, ClientError> {
        IndexClient::at(config, endpoint, alias, TIMEOUT).map(|client| Self { client })
    }

    /// The name of an index.
    #[must_use]
    pub fn name(&self, generation: IndexGeneration) -> String {
        self.client.index_name(generation)
    }

    fn pattern(&self) -> String {
        format!("{}-v*", self.client.alias)
    }

    /// All indexes of the deployment, oldest first.
    ///
    /// # Errors
    /// OpenSearch did not respond, or refused the request.
    pub async fn list(&self) -> Result<Vec<IndexSummary>, StoreError> {
        let (pattern, client) = (self.pattern(), &self.client.client);
        let pattern = [pattern.as_str()];
        let sent = client.indices().get(IndicesGetParts::Index(&pattern)).send().await;
        let indexes: Value = decode(accepted(sent).await?).await?;
        let parts = IndicesStatsParts::IndexMetric(&pattern, &["docs", "store"]);
        let sent = client.indices().stats(parts).send().await;
        let stats: Value = decode(accepted(sent).await?).await?;
        Ok(summary::summaries(&self.client.alias, &indexes, &stats))
    }

    /// The health of the domain, as far as the indexes of the deployment are concerned.
    ///
    /// # Errors
    /// OpenSearch did not respond, or refused the request.
    pub async fn health(&self) -> Result<DomainHealth, StoreError> {
        let pattern = self.pattern();
        let parts = ClusterHealthParts::Index(&[&pattern]);
        let sent = self.client.client.cluster().health(parts).send().await;
        Ok(decode(accepted(sent).await?).await?)
    }

    /// Creates the index that a rebuild fills, unless it exists. It takes changes, and no search uses it.
    ///
    /// # Errors
    /// OpenSearch did not respond, or refused the request.
    pub async fn create_next(&self, generation: IndexGeneration) -> Result<(), StoreError> {
        Ok(self.client.create(generation, Use::Changes).await?)
    }

    /// Makes changes in the index that a rebuild fills, unless it has newer ones. Returns those that it refused, with the type of the error.
    ///
    /// # Errors
    /// OpenSearch did not respond or is overloaded: another attempt may succeed. Or the index is gone.
    pub async fn fill(
        &self,
        generation: IndexGeneration,
        changes: Vec<IndexChange>,
    ) -> Result<Vec<(IndexChange, String)>, StoreError> {
        let alias = self.client.writes_alias(generation);
        // A removal would create a missing index.
        let has_removal = changes.iter().any(|change| matches!(change, IndexChange::Remove(_)));
        if has_removal && !self.client.has_alias(&alias).await? {
            return Err(IndexError::Lost.into());
        }
        let outcomes = self.client.bulk(&alias, &changes).await?;
        if outcomes.iter().any(Outcome::is_missing_index) {
            return Err(IndexError::Lost.into());
        }
        if let Some(outcome) = outcomes.iter().find(|outcome| outcome.is_overload()) {
            return Err(outcome.as_refusal().into());
        }
        let failed = outcomes.iter().zip(changes).filter(|(outcome, _)| !outcome.is_success());
        let refused =
            failed.map(|(outcome, change)| (change, outcome.error_type().unwrap_or_default().to_owned()));
        Ok(refused.collect())
    }

    /// Lets searches find what was put into the index.
    ///
    /// # Errors
    /// OpenSearch did not respond, or refused the request.
    pub async fn refresh(&self, generation: IndexGeneration) -> Result<(), StoreError> {
        let name = self.name(generation);
        let parts = IndicesRefreshParts::Index(&[&name]);
        accepted(self.client.client.indices().refresh(parts).send().await).await?;
        Ok(())
    }

    /// Lets searches and changes use this index and no other, in one step. Repeating it has no effect.
    ///
    /// # Errors
    /// OpenSearch did not respond, or refused the request: the index does not exist.
    pub async fn switch_to(&self, generation: IndexGeneration) -> Result<(), StoreError> {
        let (alias, index) = (&self.client.alias, self.name(generation));
        let others = self.list().await?.into_iter().filter(|other| other.is_current);
        let removals = others
            .filter(|other| other.generation != generation)
            .map(|other| json!({ "remove": { "index": self.name(other.generation), "alias": alias } }));
        let addition = json!({ "add": { "index": index, "alias": alias, "is_write_index": true } });
        let actions: Vec<Value> = removals.chain([addition]).collect();
        let body = json!({ "actions": actions });
        accepted(self.client.client.indices().update_aliases().body(body).send().await).await?;
        Ok(())
    }

    /// Deletes an index. Has no effect if it does not exist.
    ///
    /// # Errors
    /// OpenSearch did not respond, or refused the request.
    pub async fn delete(&self, generation: IndexGeneration) -> Result<(), StoreError> {
        let name = self.name(generation);
        let parts = IndicesDeleteParts::Index(&[&name]);
        match accepted(self.client.client.indices().delete(parts).send().await).await {
            Ok(_) | Err(IndexError::Refused { status: 404, .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::creation::MAPPING;

    #[test]
    fn the_mapping_has_its_version() {
        let mapping: Value = serde_json::from_str(MAPPING).unwrap();
        assert_eq!(mapping["mappings"]["_meta"]["mapping_version"], MAPPING_VERSION);
    }
}
