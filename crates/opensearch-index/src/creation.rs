use opensearch::indices::{IndicesCreateParts, IndicesExistsAliasParts};
use serde_json::{Value, json};

use crate::MessageIndex;
use crate::errors::{IndexError, accepted};

/// How bodies are split into terms, once for each field of the body. `query.rs` says what each field is for.
pub(crate) const MAPPING: &str = include_str!("mapping.json");

impl MessageIndex {
    /// Whether there is an index behind the alias.
    pub(crate) async fn exists(&self) -> Result<bool, IndexError> {
        let alias = [self.alias.as_str()];
        let sent = self.client.indices().exists_alias(IndicesExistsAliasParts::Name(&alias)).send().await;
        match accepted(sent).await {
            Ok(_) => Ok(true),
            Err(IndexError::Refused { status: 404, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Creates the index with its mapping and its alias. An existing index stays as it is.
    pub(crate) async fn create(&self) -> Result<(), IndexError> {
        let mut body: Value = serde_json::from_str(MAPPING).map_err(opensearch::Error::from)?;
        if let Some(body) = body.as_object_mut() {
            body.insert("aliases".to_owned(), json!({ &self.alias: { "is_write_index": true } }));
        }
        let index = format!("{}-v1", self.alias);
        let parts = IndicesCreateParts::Index(&index);
        let sent = self.client.indices().create(parts).body(body).send().await;
        match accepted(sent).await {
            Ok(_) => {
                tracing::info!(target: "chatlog", index, "created the OpenSearch index {index}");
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
