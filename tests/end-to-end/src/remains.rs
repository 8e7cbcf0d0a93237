use serde_json::{Value, json};
use test_stack::Stack;

use crate::{Aws, Client};

/// The keys of what is stored of applications, by their ids: live rows of chats, rows of messages that were not swept, and documents.
pub async fn remains(applications: &[String]) -> Vec<String> {
    let aws = Aws::default();
    let mut remains = Vec::new();
    for chat in aws.items("chatlog-chats").await {
        let is_theirs = applications.iter().any(|id| chat["application"]["S"] == **id);
        if is_theirs && chat.get("deleted_revision").is_none() {
            remains.push(format!("chat {}", chat["number"]["N"]));
        }
    }
    let is_theirs = |chat: &Value| {
        chat.as_str().is_some_and(|chat| applications.iter().any(|id| chat.starts_with(id.as_str())))
    };
    for message in aws.items("chatlog-messages").await {
        let is_swept = message.get("expires_at").is_some() && message.get("body").is_none();
        if is_theirs(&message["chat"]["S"]) && !is_swept {
            remains.push(format!("message {} of {}", message["number"]["N"], message["chat"]["S"]));
        }
    }
    let search = format!("{}/_search", Stack::of_tests().index());
    let of_each: Vec<Value> = applications.iter().map(|id| json!({ "prefix": { "chat": id } })).collect();
    let query = json!({ "size": 1000, "query": { "bool": { "should": of_each } } });
    let found = Client::default().anonymous().post(&search, &query).await;
    match found.status.as_u16() {
        200 => {
            let hits = found.json()["hits"]["hits"].as_array().unwrap().clone();
            remains.extend(hits.iter().map(|hit| format!("document {}", hit["_id"])));
        }
        // There is no index before the first message of a stack.
        404 => {}
        // The index is being created.
        _ => remains.push("documents, if the index could tell".to_owned()),
    }
    remains
}
