use aws_sdk_sqs::Client;
use aws_sdk_sqs::operation::create_queue::builders::CreateQueueFluentBuilder;
use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use conversation::fake::samples::application_id;
use test_stack::{Stack, eventually};

/// A queue in SQS that only one test uses.
pub(crate) struct OwnQueue {
    client: Client,
    pub(crate) url: String,
}

/// A message, as its receiver sees it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Received {
    /// Empty in a standard queue.
    pub(crate) group: String,
    pub(crate) body: String,
    pub(crate) reason: Option<String>,
}

impl OwnQueue {
    pub(crate) async fn fifo() -> Self {
        let name = format!("test-{}.fifo", application_id().as_str());
        Self::create(|request| request.queue_name(name).attributes(QueueAttributeName::FifoQueue, "true"))
            .await
    }

    pub(crate) async fn standard() -> Self {
        let name = format!("test-{}", application_id().as_str());
        Self::create(|request| request.queue_name(name)).await
    }

    async fn create(set: impl FnOnce(CreateQueueFluentBuilder) -> CreateQueueFluentBuilder) -> Self {
        let client = Client::new(&Stack::of_tests().sdk_config());
        let created = set(client.create_queue()).send().await;
        Self { client, url: created.unwrap().queue_url.unwrap() }
    }

    /// Waits until at least `count` messages have arrived, and returns all that have.
    pub(crate) async fn receive(&self, count: usize) -> Vec<Received> {
        let mut received = Vec::new();
        eventually(&format!("{count} messages arrive"), async || {
            received.extend(self.receive_batch().await);
            (received.len() >= count).then_some(())
        })
        .await;
        received
    }

    /// Receives and deletes the messages that are there.
    async fn receive_batch(&self) -> Vec<Received> {
        let batch = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(10)
            .message_attribute_names("All")
            .message_system_attribute_names(MessageSystemAttributeName::MessageGroupId)
            .send()
            .await
            .unwrap();
        let mut received = Vec::new();
        for message in batch.messages.unwrap_or_default() {
            let handle = message.receipt_handle().unwrap();
            self.client.delete_message().queue_url(&self.url).receipt_handle(handle).send().await.unwrap();
            received.push(Received::from(message));
        }
        received
    }
}

impl From<Message> for Received {
    fn from(message: Message) -> Self {
        let attributes = message.attributes.as_ref();
        let group = attributes.and_then(|all| all.get(&MessageSystemAttributeName::MessageGroupId));
        let group = group.cloned().unwrap_or_default();
        let reason = message.message_attributes.and_then(|mut all| all.remove("reason")?.string_value);
        Self { group, body: message.body.unwrap(), reason }
    }
}
