use conversation::fake::samples::{chat_id, create_chat, create_message, message_id};
use conversation::{ApplicationId, ChatId, IndexRequest, MessageWrite, RequestId, Write};
use end_to_end::{Aws, Client, WritesQueue};
use reqwest::Method;
use serde_json::json;
use sqs_queues::encode_index_request;

use crate::Right;

/// A revision so high that the row of its chat has no room for all that are missing below it.
const HIGH_REVISION: u64 = 1_000;

/// The rights without which a function fails first, in the way that makes it need `right`. Empty if success needs it.
pub fn failure_needed<'a>(function: &str, right: &Right, of_role: &'a [Right]) -> Vec<&'a Right> {
    let failing: &[(&str, &str)] = match function {
        // Takes back the chat that was opened, if the write could not be sent.
        "create-chat" if right.action == "dynamodb:DeleteItem" => &[("sqs:SendMessage", "writes.fifo")],
        // Make what failed visible again.
        "persist" if right.action == "sqs:ChangeMessageVisibility" => &[("dynamodb:UpdateItem", "messages")],
        "reindex" if right.action == "sqs:ChangeMessageVisibility" => {
            &[("dynamodb:BatchGetItem", "messages")]
        }
        "sweep" if right.action == "sqs:ChangeMessageVisibility" => &[("dynamodb:GetItem", "chats")],
        _ => &[],
    };
    let is_failing = |right: &&Right| failing.iter().any(|(action, resource)| right.is(action, resource));
    of_role.iter().filter(is_failing).collect()
}

/// How many chats a function needs to use its rights.
fn chats_needed(function: &str) -> u64 {
    match function {
        "create-application" | "update-application" | "delete-application" | "rotate-token"
        // These are provoked in an application of their own.
        | "create-chat" | "create-message" => 0,
        "persist" => 2,
        _ => 1,
    }
}

/// What makes a function use its rights, prepared while it still has all of them. In an application of its own: what a
/// process remembers of others does not matter.
#[derive(Debug)]
pub struct Provocation {
    function: String,
    operator: Client,
    tenant: Client,
    /// The path of the application for the operator.
    application: String,
    chat: ChatId,
    /// Chat 2.
    other_chat: ChatId,
    queue: WritesQueue,
}

impl Provocation {
    /// An application with as many chats as the function needs, and in each of them message 1, which is stored. For `update-message`, number 3
    /// of chat 1 is used and was never stored.
    pub async fn prepare(function: &str) -> Self {
        let operator = Client::default().of_operator();
        let (id, token) = operator.new_application().await;
        let tenant = Client::default().bearing(&token);
        for number in 1..=chats_needed(function) {
            tenant.post("/applications/self/chats", &json!({})).await.expect(201);
            let chat = format!("/applications/self/chats/{number}");
            tenant.create_message(&chat, "hello").await;
            tenant.wait_until_stored(&format!("{chat}/messages/1")).await;
        }
        let application = ApplicationId::parse(&id).unwrap();
        let (chat, other_chat) = (chat_id(&application, 1), chat_id(&application, 2));
        let queue = WritesQueue::find().await;
        if function == "update-message" {
            let counter = json!({
                "TableName": "chatlog-counters",
                "Key": { "id": { "S": chat.key() } },
                "UpdateExpression": "SET #last = :five",
                "ExpressionAttributeNames": { "#last": "last" },
                "ExpressionAttributeValues": { ":five": { "N": "5" } },
            });
            Aws::default().call("DynamoDB_20120810.UpdateItem", &counter).await;
            queue.send(&creation(&chat, 5, 2)).await;
            tenant.wait_until_stored("/applications/self/chats/1/messages/5").await;
        }
        Self {
            function: function.to_owned(),
            operator,
            tenant,
            application: format!("/applications/{id}"),
            chat,
            other_chat,
            queue,
        }
    }

    /// Makes the function do all that it can do, whatever the outcome.
    pub async fn provoke(&self) {
        match self.function.as_str() {
            "create-application" => {
                self.operator.post_with_key("/applications", &key(), &json!({ "name": "Tea house" })).await;
            }
            "update-application" => {
                let name = json!({ "name": "Coffee house" });
                self.operator.send_json(Method::PUT, &self.application, &name).await;
            }
            "delete-application" => {
                for _ in 0..2 {
                    self.operator.delete(&self.application).await;
                }
            }
            "rotate-token" => {
                for _ in 0..2 {
                    self.tenant.post("/applications/self/token", &json!({})).await;
                }
            }
            "create-chat" => {
                // In a new application: its process knows the version of the token of the other one.
                let (_, token) = self.operator.new_application().await;
                let tenant = self.tenant.bearing(&token);
                tenant.post_with_key("/applications/self/chats", &key(), &json!({})).await;
            }
            "delete-chat" => {
                for chat in ["1", "9"] {
                    self.tenant.delete(&format!("/applications/self/chats/{chat}")).await;
                }
            }
            "create-message" => {
                let (_, token) = self.operator.new_application().await;
                let tenant = self.tenant.bearing(&token);
                tenant.post("/applications/self/chats", &json!({})).await.expect(201);
                for chat in ["1", "9"] {
                    let messages = format!("/applications/self/chats/{chat}/messages");
                    tenant.post_with_key(&messages, &key(), &json!({ "body": "hello" })).await;
                }
            }
            "update-message" => {
                for message in ["1", "3", "9"] {
                    self.update(message).await;
                }
            }
            "delete-message" => {
                for message in ["1", "9"] {
                    self.tenant.delete(&format!("/applications/self/chats/1/messages/{message}")).await;
                }
            }
            "read" => self.read().await,
            "search" => {
                for chat in ["1", "9"] {
                    self.tenant
                        .get(&format!("/applications/self/chats/{chat}/messages/search?q=hello"))
                        .await;
                }
            }
            "persist" => self.make_persist_write().await,
            "reindex" => self.request_index_changes().await,
            "sweep" => self.make_sweep_delete().await,
            other => panic!("what makes {other} use its rights?"),
        }
    }

    async fn update(&self, message: &str) {
        let path = format!("/applications/self/chats/1/messages/{message}");
        self.tenant.send_json(Method::PUT, &path, &json!({ "body": "hello again" })).await;
    }

    async fn read(&self) {
        self.operator.get("/applications").await;
        for path in
            ["", "/chats", "/chats/1", "/chats/1/messages", "/chats/1/messages/1", "/chats/1/messages/9"]
        {
            self.tenant.get(&format!("/applications/self{path}")).await;
        }
    }

    /// Writes of every kind, one that spills the ledger, one that comes after the deletion of its chat, and an unreadable one.
    async fn make_persist_write(&self) {
        self.tenant.post("/applications/self/chats", &json!({})).await;
        self.update("1").await;
        self.queue.send(&creation(&self.chat, 7, HIGH_REVISION)).await;
        self.queue.send_record(&self.chat.key(), &unreadable()).await;
        self.tenant.delete("/applications/self/chats/2").await;
        self.queue.send(&creation(&self.other_chat, 3, 3)).await;
    }

    async fn request_index_changes(&self) {
        for request in [
            IndexRequest::Refresh(message_id(&self.chat, 1)),
            IndexRequest::Remove(message_id(&self.chat, 9)),
        ] {
            self.send("chatlog-index", &encode_index_request(&request).unwrap()).await;
        }
    }

    /// The deletion of an application that has spilled its ledger, as one of its chats has, and an unreadable sweep.
    async fn make_sweep_delete(&self) {
        let chat = chat_id(&self.chat.application, 7);
        self.queue.send(&Write::CreateChat(create_chat(&chat, HIGH_REVISION, 5))).await;
        self.tenant.wait_until_stored("/applications/self/chats/7").await;
        self.queue.send(&creation(&self.chat, 7, HIGH_REVISION)).await;
        self.tenant.wait_until_stored("/applications/self/chats/1/messages/7").await;
        self.tenant.delete("/applications/self/chats/1").await;
        self.operator.delete(&self.application).await;
        self.send("chatlog-sweeps", &unreadable()).await;
    }

    async fn send(&self, queue: &str, record: &str) {
        let aws = Aws::default();
        let message = json!({ "QueueUrl": aws.queue_url(queue).await, "MessageBody": record });
        aws.call("AmazonSQS.SendMessage", &message).await;
    }
}

/// A message that was created in 1970.
fn creation(chat: &ChatId, number: u64, revision: u64) -> Write {
    Write::Message(MessageWrite::Create(create_message(chat, number, revision, "hello")))
}

fn unreadable() -> String {
    json!({ "version": 0, "mark": key() }).to_string()
}

fn key() -> String {
    RequestId::random().unwrap().as_str().to_owned()
}
