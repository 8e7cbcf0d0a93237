use std::collections::BTreeMap;

use end_to_end::Aws;
use serde_json::{Value, json};
use test_stack::eventually;

use crate::Place;

/// A queue, whose records are looked at and left there.
#[derive(Debug)]
pub struct Queue {
    aws: Aws,
    name: &'static str,
    url: Value,
}

impl Queue {
    pub async fn named(name: &'static str) -> Self {
        let aws = Aws::default();
        let url = aws.queue_url(name).await;
        Self { aws, name, url }
    }

    /// Waits until nothing is on the queue or in flight.
    pub async fn wait_until_empty(&self) {
        eventually(&format!("{} is empty", self.name), async || (self.len().await == 0).then_some(())).await;
    }

    /// The place with every record that is on the queue now.
    pub async fn all(&self) -> Place {
        self.holding(self.len().await).await
    }

    /// Waits until `count` records are on the queue, and returns the place with all of them: bodies, groups, deduplication
    /// ids and attributes.
    pub async fn holding(&self, count: usize) -> Place {
        let mut seen: BTreeMap<String, Value> = BTreeMap::new();
        eventually(&format!("{count} records are on {}", self.name), async || {
            let input = json!({
                "QueueUrl": self.url,
                "MaxNumberOfMessages": 10,
                "AttributeNames": ["All"],
                "MessageAttributeNames": ["All"],
                "VisibilityTimeout": 1,
            });
            let received = self.aws.call("AmazonSQS.ReceiveMessage", &input).await;
            for message in received["Messages"].as_array().into_iter().flatten() {
                seen.insert(message["MessageId"].as_str().unwrap().to_owned(), message.clone());
            }
            (seen.len() >= count).then_some(())
        })
        .await;
        let records: Vec<Value> = seen.into_values().collect();
        Place::new(format!("the queue {}", self.name), &records)
    }

    /// How many records are on the queue or in flight.
    async fn len(&self) -> usize {
        let names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"];
        let input = json!({ "QueueUrl": self.url, "AttributeNames": names });
        let attributes = self.aws.call("AmazonSQS.GetQueueAttributes", &input).await;
        let count =
            |name: &str| -> usize { attributes["Attributes"][name].as_str().unwrap().parse().unwrap() };
        names.into_iter().map(count).sum()
    }
}
