use conversation::ports::StoreError;
use opensearch::indices::IndicesCreateParts;
use serde_json::{Value, json};

use crate::{IndexError, MessageIndex};

/// How bodies are cut into searchable pieces. `words` are those of the standard tokenizer,
/// `folded` the same without accents and marks, `pairs` are all pairs of neighbouring characters:
/// consecutive pairs are a substring, in every script.
const MAPPING: &str = include_str!("mapping.json");

impl MessageIndex {
    /// Creates the index with its mapping, behind the alias. One that is there already is left as it is.
    pub(crate) async fn create(&self) -> Result<(), StoreError> {
        let mut body: Value = serde_json::from_str(MAPPING).map_err(StoreError::new)?;
        if let Some(body) = body.as_object_mut() {
            body.insert("aliases".to_owned(), json!({ &self.alias: { "is_write_index": true } }));
        }
        let index = format!("{}-v1", self.alias);
        let answer = self
            .client
            .indices()
            .create(IndicesCreateParts::Index(&index))
            .body(body)
            .send()
            .await
            .map_err(StoreError::new)?;
        let status = answer.status_code().as_u16();
        if answer.status_code().is_success() {
            tracing::info!(target: "chatlog", index, "created the index");
            return Ok(());
        }
        let reason = answer.text().await.map_err(StoreError::new)?;
        if reason.contains("resource_already_exists_exception") {
            return Ok(());
        }
        Err(StoreError::new(IndexError::Refused { status, reason }))
    }
}
