use conversation::IndexGeneration;
use function_log::{ALWAYS, Metric, Metrics};
use opensearch::indices::{IndicesCreateParts, IndicesExistsAliasParts};
use serde_json::{Map, Value, json};

use crate::client::IndexClient;
use crate::errors::{IndexError, accepted};

/// How bodies are split into terms, once for each field of the body. `query.rs` says what each field is for.
pub(crate) const MAPPING: &str = include_str!("mapping.json");

/// Whether searches use an index from its creation on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    Searches,
    /// It takes changes only, until it is complete.
    Changes,
}

impl IndexClient {
    /// Whether there is an index behind an alias.
    pub(crate) async fn has_alias(&self, alias: &str) -> Result<bool, IndexError> {
        let sent = self.client.indices().exists_alias(IndicesExistsAliasParts::Name(&[alias])).send().await;
        match accepted(sent).await {
            Ok(_) => Ok(true),
            Err(IndexError::Refused { status: 404, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Creates an index with its mapping and its aliases. An existing index stays as it is.
    pub(crate) async fn create(&self, generation: IndexGeneration, used_for: Use) -> Result<(), IndexError> {
        let mut aliases = Map::new();
        aliases.insert(self.writes_alias(generation), json!({}));
        if used_for == Use::Searches {
            aliases.insert(self.alias.clone(), json!({ "is_write_index": true }));
        }
        let mut body: Value = serde_json::from_str(MAPPING).map_err(opensearch::Error::from)?;
        if let Some(body) = body.as_object_mut() {
            body.insert("aliases".to_owned(), Value::Object(aliases));
        }
        let index = self.index_name(generation);
        let sent = self.client.indices().create(IndicesCreateParts::Index(&index)).body(body).send().await;
        match accepted(sent).await {
            Ok(_) => {
                let metrics = Metrics::default().count(Metric::IndexCreated, 1);
                tracing::info!(target: ALWAYS, %metrics, index, "created the OpenSearch index {index}");
                Ok(())
            }
            Err(IndexError::Refused { error_type: Some(error_type), .. })
                if error_type == "resource_already_exists_exception" =>
            {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}
