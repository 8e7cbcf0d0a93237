//! While OpenSearch does not respond, writes and reads work. Afterwards the index catches up.

use end_to_end::{Client, Logs, Process};
use reqwest::Method;
use serde_json::{Value, json};
use test_stack::eventually;

/// A word that is in every body and in every search of the test.
const WORD: &str = "samovar";

/// Checks that what the functions logged does not contain the secrets of the test's application.
async fn expect_no_secrets(logs: &Logs, token: &str) {
    for line in logs.lines().await {
        for secret in [token, WORD] {
            assert!(!line.contains(secret), "a log line contains {secret}: {line}");
        }
    }
}

/// The numbers that a search finds; `None` if it fails, which it may do shortly after an outage.
async fn hits(client: &Client, search: &str) -> Option<Vec<u64>> {
    let response = client.get(search).await;
    let numbers = |hits: &Vec<Value>| hits.iter().filter_map(|hit| hit["number"].as_u64()).collect();
    response.json().as_array().map(numbers)
}

#[tokio::test]
async fn writes_and_reads_work_during_an_outage_and_no_secret_is_logged() {
    let (client, logs) = (Client::default(), Logs::since_now());
    let token = client.create_application().await;
    let created = client.post(&format!("/applications/{token}/chats"), &json!({})).await;
    let chat = format!("/applications/{token}/chats/{}", created.expect(201)["number"]);
    let search = format!("{chat}/messages/search?q={WORD}");
    client.create_message(&chat, &format!("{WORD} before the outage")).await;
    eventually("a search finds the first message", async || {
        (client.search(&chat, WORD).await == [1]).then_some(())
    })
    .await;

    let stopped = Process::opensearch().stop();
    let unavailable = client.get(&search).await;
    let problem = unavailable.expect_problem(503, "temporarily_unavailable");
    assert_eq!(unavailable.header("retry-after"), Some("1"));
    for number in 2..=4 {
        client.create_message(&chat, &format!("{WORD} {number} during the outage")).await;
    }
    let last = client.wait_until_stored(&format!("{chat}/messages/4")).await;
    assert_eq!(last["body"], format!("{WORD} 4 during the outage"));
    client.delete(&format!("{chat}/messages/2")).await.expect_no_content();
    let update = json!({ "body": format!("{WORD} updated during the outage") });
    client.send_json(Method::PUT, &format!("{chat}/messages/3"), &update).await.expect(200);
    client.wait_for_count(&chat, "messages_count", 3).await;
    drop(stopped);

    eventually("the index has caught up", async || {
        let all = hits(&client, &search).await?;
        let updated = hits(&client, &format!("{chat}/messages/search?q=updated")).await?;
        (all == [1, 3, 4] && updated == [3]).then_some(())
    })
    .await;

    let request_id = problem["request_id"].as_str().unwrap();
    eventually("the log has the cause of the failed search", async || {
        let is_failure = |line: &String| line.contains(request_id) && line.contains("\"cause\":");
        logs.lines_of("search").await.iter().any(is_failure).then_some(())
    })
    .await;
    expect_no_secrets(&logs, &token).await;
}
