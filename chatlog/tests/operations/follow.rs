//! What happened to a write, from the logs of the stack.

use end_to_end::Client;
use serde_json::{Value, json};
use test_stack::eventually;

use crate::counters::set_counter;
use crate::operator::{chatlog_error, chatlog_json};
use crate::runbook::Section;
use crate::turn;

/// The verdicts on the writes to chat 1 or a message of it, as soon as they are as expected.
async fn wait_for_verdicts(application: &str, message: &str, are_expected: fn(&[Value]) -> bool) {
    let command = format!("follow {application} 1{message} --hours 1");
    eventually("the log tells what happened", async || {
        let story = chatlog_json(&command).await;
        story["verdicts"].as_array().is_some_and(|verdicts| are_expected(verdicts)).then_some(())
    })
    .await;
}

fn says(verdict: &Value, words: &[&str]) -> bool {
    let verdict = verdict.as_str().unwrap();
    words.iter().all(|word| verdict.contains(word))
}

#[tokio::test]
async fn each_write_is_followed_until_it_is_stored() {
    let _turn = turn::harmless().await;
    let client = Client::default();
    let (id, token) = client.new_application().await;
    let (tenant, chat) = (client.bearing(&token), "/applications/self/chats/1");
    tenant.post("/applications/self/chats", &json!({})).await.expect(201);
    tenant.create_message(chat, "where is it?").await;
    tenant.wait_until_stored(&format!("{chat}/messages/1")).await;
    tenant.delete(&format!("{chat}/messages/1")).await.expect_no_content();
    wait_for_verdicts(
        &id,
        "",
        |verdicts| matches!(verdicts, [chat] if says(chat, &["create-chat: accepted at ", "stored after "])),
    )
    .await;
    wait_for_verdicts(&id, " 1", |verdicts| {
        let [created, deleted] = verdicts else { return false };
        says(created, &["create-message: accepted at ", "stored after "])
            && says(deleted, &["delete-message: accepted at ", "stored after "])
    })
    .await;
    let mut runbook = Section::of("A client got 201, and the message never came");
    let shown = runbook.run_block(&[("APPLICATION CHAT MESSAGE", &format!("{id} 1 1"))]).await;
    assert!(shown.contains("stored after ") && !shown.contains("where is it?"), "{shown}");
    let error = chatlog_error(&format!("follow {token} 1 1")).await;
    assert!(error.contains("not the id of an application") && !error.contains(&token), "another error");
}

#[tokio::test]
async fn a_buried_write_tells_its_reason() {
    let _turn = turn::at_counters_and_dead_letters().await;
    let client = Client::default();
    let (id, token) = client.new_application().await;
    let (tenant, chat) = (client.bearing(&token), "/applications/self/chats/1");
    tenant.post("/applications/self/chats", &json!({})).await.expect(201);
    assert_eq!(tenant.create_message(chat, "green tea").await, 1);
    tenant.wait_for_count(chat, "messages_count", 1).await;
    // As after a restore: the counter does not know the message, so its number is given out again.
    set_counter(&format!("{id}#1"), 0, 0).await;
    assert_eq!(tenant.create_message(chat, "black tea").await, 1);
    wait_for_verdicts(&id, " 1", |verdicts| {
        let [stored, lost] = verdicts else { return false };
        says(stored, &["create-message: accepted at ", "stored after "])
            && says(lost, &["and buried at ", "another write created the row of its number"])
    })
    .await;
}
