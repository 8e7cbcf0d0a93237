use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::Message;
use conversation::{ChatId, RequestId, Write};
use sqs_queues::encode_write;
use test_stack::{Stack, eventually};

/// The stack's queue of writes and its dead-letter queue, as an operator sees them.
#[derive(Debug)]
pub struct WritesQueue {
    client: Client,
    writes: String,
    dead_letters: String,
}

impl WritesQueue {
    pub async fn find() -> Self {
        let client = Client::new(&Stack::of_tests().sdk_config());
        let url =
            async |name| client.get_queue_url().queue_name(name).send().await.unwrap().queue_url.unwrap();
        let (writes, dead_letters) = (url("chatlog-writes.fifo").await, url("chatlog-writes-dlq.fifo").await);
        Self { client, writes, dead_letters }
    }

    /// Sends a write, as a redrive from the dead-letter queue does.
    pub async fn send(&self, write: &Write) {
        self.send_record(&write.group(), &encode_write(write).unwrap()).await;
    }

    pub async fn send_record(&self, group: &str, record: &str) {
        self.client
            .send_message()
            .queue_url(&self.writes)
            .message_group_id(group)
            .message_body(record)
            .message_deduplication_id(RequestId::random().unwrap().as_str())
            .send()
            .await
            .unwrap();
    }

    /// Waits until everything that is on the queue for this chat has been applied: sends a record that cannot be applied,
    /// and waits until it is in the dead-letter queue.
    pub async fn wait_until_applied(&self, chat: &ChatId) {
        let mark = format!("{{\"version\":0,\"mark\":\"{}\"}}", RequestId::random().unwrap().as_str());
        self.send_record(&chat.key(), &mark).await;
        self.wait_until_buried(&mark).await;
    }

    /// Waits until a record is in the dead-letter queue, and returns the reason that persist gave.
    pub async fn wait_until_buried(&self, record: &str) -> String {
        eventually("the record is in the dead-letter queue", async || {
            let received = self
                .client
                .receive_message()
                .queue_url(&self.dead_letters)
                .max_number_of_messages(10)
                .message_attribute_names("All")
                .send()
                .await
                .unwrap()
                .messages
                .unwrap_or_default();
            let (ours, others): (Vec<Message>, Vec<Message>) =
                received.into_iter().partition(|message| message.body.as_deref() == Some(record));
            for other in others {
                self.return_to_queue(other).await;
            }
            ours.into_iter().next()?.message_attributes?.remove("reason")?.string_value
        })
        .await
    }

    /// Makes a received message visible again at once: it belongs to another test.
    async fn return_to_queue(&self, message: Message) {
        self.client
            .change_message_visibility()
            .queue_url(&self.dead_letters)
            .set_receipt_handle(message.receipt_handle)
            .visibility_timeout(0)
            .send()
            .await
            .unwrap();
    }
}
