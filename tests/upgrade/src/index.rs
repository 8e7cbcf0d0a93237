use end_to_end::{Aws, opensearch};
use reqwest::Method;
use serde_json::json;
use test_stack::eventually;

use crate::queues::records;

/// The index refuses changes, which so become records of the queue `index`. Searches go on.
#[derive(Debug)]
pub struct HeldUp(());

impl HeldUp {
    /// Returns once a record waits on the queue.
    pub async fn begin() -> Self {
        block_writes(true).await;
        let aws = Aws::default();
        eventually("an index request waits", async || (records(&aws, "index").await > 0).then_some(())).await;
        Self(())
    }

    pub async fn end(self) {
        block_writes(false).await;
    }
}

async fn block_writes(are_blocked: bool) {
    let settings = json!({ "index.blocks.write": are_blocked });
    opensearch(Method::PUT, "chatlog-messages/_settings", &settings).await;
}

/// Removes the indexes and what is recorded about them, as before the first message of a stack.
pub async fn forget_index() {
    let indexes = opensearch(Method::GET, "chatlog-messages*", &json!({})).await;
    for index in indexes.as_object().unwrap().keys() {
        opensearch(Method::DELETE, index, &json!({})).await;
    }
    let row = json!({ "TableName": "chatlog-index-state", "Key": { "id": { "S": "messages" } } });
    Aws::default().call("DynamoDB_20120810.DeleteItem", &row).await;
}
