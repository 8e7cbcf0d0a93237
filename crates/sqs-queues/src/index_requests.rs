use aws_types::SdkConfig;
use conversation::IndexRequest;
use conversation::ports::{DeferIndexing, StoreError};
use function_environment::{ConfigError, Environment};

use crate::encode_index_request;
use crate::standard_queue::StandardQueue;

/// The queue of index changes to be made later.
#[derive(Debug, Clone)]
pub struct IndexQueue(StandardQueue);

impl IndexQueue {
    /// # Errors
    /// `INDEX_QUEUE_URL` is missing or no URL.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        let url = environment.variables.url("INDEX_QUEUE_URL", "the URL of the queue of index requests")?;
        Ok(Self::new(&environment.sdk, &url))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, url: &str) -> Self {
        Self(StandardQueue::new(config, url))
    }
}

impl DeferIndexing for IndexQueue {
    async fn defer(&self, requests: &[IndexRequest]) -> Result<(), StoreError> {
        let bodies: Result<Vec<String>, _> = requests.iter().map(encode_index_request).collect();
        self.0.send_all(&bodies.map_err(StoreError::new)?).await
    }
}
