use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::Message;
use conversation::{ChatId, Token, Write};
use function_environment::{Patience, Variables, sdk_config};

use crate::{Stack, eventually};

/// The stack's queue of writes, as an operator reaches it.
#[derive(Debug)]
pub struct Queue {
    client: Client,
    writes: String,
    dead_letters: String,
}

impl Queue {
    pub async fn of_writes() -> Self {
        let aws = Stack::of_tests().aws;
        let variables = [
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_ENDPOINT_URL", &aws),
        ];
        let config = sdk_config(&Variables::from_iter(variables), Patience::Request).unwrap();
        let client = Client::new(&config);
        let url =
            async |name| client.get_queue_url().queue_name(name).send().await.unwrap().queue_url.unwrap();
        let (writes, dead_letters) = (url("chatlog-writes.fifo").await, url("chatlog-writes-dlq.fifo").await);
        Self { client, writes, dead_letters }
    }

    /// Puts a write on the queue, as a redrive from the dead-letter queue would.
    pub async fn put(&self, write: &Write) {
        self.put_record(&write.chat().key(), &write.encode().unwrap()).await;
    }

    pub async fn put_record(&self, group: &str, record: &str) {
        let message = self.client.send_message().queue_url(&self.writes).message_group_id(group);
        let once = Token::random().unwrap();
        message.message_body(record).message_deduplication_id(once.as_str()).send().await.unwrap();
    }

    /// Waits until all that is on the queue for this chat now has been applied: a record that can only be
    /// buried is put behind it, and looked for among the dead letters.
    pub async fn applies_all(&self, chat: &ChatId) {
        let mark = format!("{{\"version\":99,\"mark\":\"{}\"}}", Token::random().unwrap().as_str());
        self.put_record(&chat.key(), &mark).await;
        self.buried(&mark).await;
    }

    /// Waits until a record is in the dead-letter queue, and answers the reason that stands with it.
    pub async fn buried(&self, record: &str) -> String {
        eventually("the record is in the dead-letter queue", async || {
            let taken = self
                .client
                .receive_message()
                .queue_url(&self.dead_letters)
                .max_number_of_messages(10)
                .message_attribute_names("All");
            let found = taken.send().await.unwrap().messages.unwrap_or_default();
            let (ours, others): (Vec<Message>, Vec<Message>) =
                found.into_iter().partition(|message| message.body.as_deref() == Some(record));
            for other in others {
                self.leave(other).await;
            }
            ours.into_iter().next()?.message_attributes?.remove("reason")?.string_value
        })
        .await
    }

    /// Lets others see a message at once that was taken by mistake.
    async fn leave(&self, message: Message) {
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
