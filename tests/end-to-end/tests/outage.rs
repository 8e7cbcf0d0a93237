//! When OpenSearch stands still, writing and reading go on, and the index catches up afterwards.

use std::fs;
use std::process::Command;

use end_to_end::{Client, Stack, eventually};
use reqwest::Method;
use serde_json::{Value, json};

/// The stack's OpenSearch process, stopped; it goes on when this is dropped.
struct Stopped(String);

impl Stopped {
    /// Finds the process by the port it was started with. Its runner serves one port above that.
    fn opensearch() -> Self {
        let url = reqwest::Url::parse(&Stack::of_tests().opensearch).unwrap();
        let option = format!("-baseHttpPort\0{}\0", url.port().unwrap() - 1);
        let of_node = |entry: &fs::DirEntry| {
            let command_line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&command_line).contains(&option)
        };
        let process = fs::read_dir("/proc").unwrap().flatten().find(of_node).expect("OpenSearch runs");
        let stopped = Self(process.file_name().into_string().unwrap());
        stopped.signal("-STOP");
        stopped
    }

    fn signal(&self, signal: &str) {
        let status = Command::new("kill").args([signal, &self.0]).status().unwrap();
        assert!(status.success(), "kill {signal} {}", self.0);
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        self.signal("-CONT");
    }
}

#[tokio::test]
async fn the_tables_do_not_wait_for_the_index_and_it_catches_up() {
    let client = Client::default();
    let chat = client.chat().await;
    client.say(&chat, "before the outage").await;
    eventually("the first message is found", async || {
        (client.search(&chat, "outage").await == [1]).then_some(())
    })
    .await;

    let stopped = Stopped::opensearch();
    let unavailable = client.get(&format!("{chat}/messages/search?q=outage")).await;
    unavailable.expect_problem(503, "temporarily_unavailable");
    assert_eq!(unavailable.header("retry-after"), Some("1"));
    for number in 2..=4 {
        client.say(&chat, &format!("message {number} during the outage")).await;
    }
    let last = client.stored(&format!("{chat}/messages/4")).await;
    assert_eq!(last["body"], "message 4 during the outage");
    client.delete(&format!("{chat}/messages/2")).await.expect_nothing();
    let changed = json!({ "body": "changed in the outage" });
    client.change(Method::PUT, &format!("{chat}/messages/3"), &changed).await.expect(200);
    client.comes_to(&chat, "messages_count", 3).await;
    drop(stopped);

    eventually("the index has caught up", async || {
        let answer = client.get(&format!("{chat}/messages/search?q=outage")).await;
        let found = |hits: &Vec<Value>| hits.iter().filter_map(|hit| hit["number"].as_u64()).collect();
        let found: Vec<u64> = answer.json().as_array().map(found).unwrap_or_default();
        (found == [1, 3, 4] && client.search(&chat, "changed").await == [3]).then_some(())
    })
    .await;
}
