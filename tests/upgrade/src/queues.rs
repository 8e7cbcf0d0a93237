use end_to_end::Aws;
use serde_json::json;
use test_stack::eventually;

const COUNTS: [&str; 3] = [
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
];

/// How many records a queue has, with those that are being handled and those that wait for their next delivery.
pub(crate) async fn records(aws: &Aws, queue: &str) -> u64 {
    let url = aws.queue_url(&format!("chatlog-{queue}")).await;
    let input = json!({ "QueueUrl": url, "AttributeNames": COUNTS });
    let attributes = aws.call("AmazonSQS.GetQueueAttributes", &input).await;
    let count = |name: &str| attributes["Attributes"][name].as_str().unwrap().parse::<u64>().unwrap();
    COUNTS.into_iter().map(count).sum()
}

/// How many records were buried.
pub async fn dead_letters() -> u64 {
    records(&Aws::default(), "writes-dlq.fifo").await
}

/// Waits until everything that is on a queue is done.
pub async fn wait_until_empty() {
    let aws = Aws::default();
    // In the order in which records cause others.
    for queue in ["writes.fifo", "sweeps", "writes.fifo", "index"] {
        eventually(&format!("the queue {queue} is empty"), async || {
            (records(&aws, queue).await == 0).then_some(())
        })
        .await;
    }
}
