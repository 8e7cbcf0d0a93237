use conversation::ports::StoreError;
use opensearch::indices::{IndicesCreateParts, IndicesExistsAliasParts};
use serde_json::{Value, json};

use crate::{IndexError, MessageIndex};

/// How bodies are cut into searchable pieces, each way in a field of its own. What they are for is written
/// beside the queries that ask them, in `query.rs`.
const MAPPING: &str = include_str!("mapping.json");

impl MessageIndex {
    /// Whether there is an index behind the alias.
    pub(crate) async fn exists(&self) -> Result<bool, StoreError> {
        let answer = self
            .client
            .indices()
            .exists_alias(IndicesExistsAliasParts::Name(&[&self.alias]))
            .send()
            .await
            .map_err(StoreError::new)?;
        match answer.status_code().as_u16() {
            200 => Ok(true),
            404 => Ok(false),
            status => Err(StoreError::new(IndexError::Refused { status, reason: String::new() })),
        }
    }

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
