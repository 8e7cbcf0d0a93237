use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::QueueAttributeName;
use aws_types::SdkConfig;
use conversation::ports::StoreError;

/// How many messages a queue has, about: SQS's numbers settle within a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueSize {
    /// Those that wait to be received.
    pub visible: u64,
    /// Those that were received, and neither removed nor made visible again.
    pub in_flight: u64,
}

impl QueueSize {
    /// # Errors
    /// The queue could not be asked.
    pub async fn read(config: &SdkConfig, url: &str) -> Result<Self, StoreError> {
        queue_size(&Client::new(config), url).await
    }

    #[must_use]
    pub fn total(self) -> u64 {
        self.visible + self.in_flight
    }
}

pub(crate) async fn queue_size(client: &Client, url: &str) -> Result<QueueSize, StoreError> {
    let (visible, in_flight) = (
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
    );
    let output = client
        .get_queue_attributes()
        .queue_url(url)
        .attribute_names(visible.clone())
        .attribute_names(in_flight.clone())
        .send()
        .await
        .map_err(StoreError::new)?;
    let attributes = output.attributes.unwrap_or_default();
    let count = |name| attributes.get(&name).and_then(|count| count.parse().ok()).unwrap_or_default();
    Ok(QueueSize { visible: count(visible), in_flight: count(in_flight) })
}
