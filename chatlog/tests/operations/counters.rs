//! Counters that lost updates, as after a restore: they are noticed and raised, and no number is given out twice.

use end_to_end::{Aws, Client};
use serde_json::{Value, json};
use test_stack::eventually;

use crate::operator::{chatlog, chatlog_error, chatlog_json};
use crate::runbook::Section;
use crate::turn;

const TABLE: &str = "chatlog-counters";

pub(crate) async fn set_counter(id: &str, last: u64, revision: u64) {
    let update = json!({
        "TableName": TABLE, "Key": { "id": { "S": id } },
        "UpdateExpression": "SET #last = :last, revision = :revision",
        "ExpressionAttributeNames": { "#last": "last" },
        "ExpressionAttributeValues": {
            ":last": { "N": last.to_string() }, ":revision": { "N": revision.to_string() },
        },
    });
    Aws::default().call("DynamoDB_20120810.UpdateItem", &update).await;
}

/// What is wrong with the counters of an application and its chats.
fn problems(report: &Value, application: &str) -> Vec<(Value, Value)> {
    let counters = report["counters"].as_array().unwrap().iter();
    let ours = counters.filter(|counter| counter["application"] == application);
    ours.map(|counter| (counter["chat"].clone(), counter["problem"].clone())).collect()
}

#[tokio::test]
async fn after_a_repair_no_number_is_given_out_twice() {
    let _turn = turn::at_counters().await;
    let client = Client::default();
    let (id, token) = client.new_application().await;
    let tenant = client.bearing(&token);
    let chats = "/applications/self/chats";
    for number in 1..=2 {
        assert_eq!(tenant.post(chats, &json!({})).await.expect(201)["number"], number);
    }
    let chat = "/applications/self/chats/1";
    for number in 1..=5 {
        assert_eq!(tenant.create_message(chat, "green tea").await, number);
    }
    tenant.wait_for_count(chat, "messages_count", 5).await;
    tenant.wait_for_count("/applications/self", "chats_count", 2).await;
    let before = tenant.bodies(chat).await;

    // Chat 1 is two messages back, chat 2 lost its counter, the application is one chat back.
    set_counter(&format!("{id}#1"), 3, 3).await;
    let lost = json!({ "TableName": TABLE, "Key": { "id": { "S": format!("{id}#2") } } });
    Aws::default().call("DynamoDB_20120810.DeleteItem", &lost).await;
    set_counter(&id, 1, 1).await;
    let error = chatlog_error("counters verify").await;
    assert!(error.contains("`chatlog counters repair`"), "{error}");
    let wrong = [(json!(null), json!("behind")), (json!(1), json!("behind")), (json!(2), json!("missing"))];
    let planned = chatlog_json("counters repair --dry-run --page 3").await;
    assert_eq!(problems(&planned, &id), wrong);
    let repaired = chatlog_json("counters repair --page 3").await;
    assert_eq!((problems(&repaired, &id).as_slice(), &repaired["is_repaired"]), (&wrong[..], &json!(true)));
    let verified = chatlog("counters verify").await;
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));

    assert_eq!(tenant.post(chats, &json!({})).await.expect(201)["number"], 3);
    assert_eq!(tenant.create_message(chat, "black tea").await, 6);
    assert_eq!(tenant.create_message("/applications/self/chats/2", "first").await, 1);
    tenant.wait_for_count(chat, "messages_count", 6).await;
    let mut after = tenant.bodies(chat).await;
    assert_eq!(after.remove(&6).as_deref(), Some("black tea"));
    assert_eq!(after, before);
}

#[tokio::test]
async fn the_counter_of_a_deleted_chat_is_closed_again() {
    let _turn = turn::at_counters().await;
    let client = Client::default();
    let (id, token) = client.new_application().await;
    let tenant = client.bearing(&token);
    tenant.post("/applications/self/chats", &json!({})).await.expect(201);
    let chat = "/applications/self/chats/1";
    tenant.wait_until_stored(chat).await;
    tenant.delete(chat).await.expect_no_content();
    eventually("persist leaves a tombstone", async || {
        let key = json!({ "application": { "S": id }, "number": { "N": "1" } });
        let input = json!({ "TableName": "chatlog-chats", "Key": key });
        let row = Aws::default().call("DynamoDB_20120810.GetItem", &input).await;
        row["Item"]["deleted_revision"].is_object().then_some(())
    })
    .await;
    let lost = json!({ "TableName": TABLE, "Key": { "id": { "S": format!("{id}#1") } } });
    Aws::default().call("DynamoDB_20120810.DeleteItem", &lost).await;
    let repaired = chatlog_json("counters repair").await;
    assert_eq!(problems(&repaired, &id), [(json!(1), json!("not closed"))]);
    let message = tenant.post(&format!("{chat}/messages"), &json!({ "body": "too late" })).await;
    message.expect_problem(404, "chat_not_found");
}

#[tokio::test]
async fn numbers_given_out_twice_are_stopped_by_the_runbook() {
    let _turn = turn::at_counters_and_dead_letters().await;
    let mut runbook = Section::of("buried");
    let client = Client::default();
    let (id, token) = client.new_application().await;
    let (tenant, chat) = (client.bearing(&token), "/applications/self/chats/1");
    tenant.post("/applications/self/chats", &json!({})).await.expect(201);
    for number in 1..=2 {
        assert_eq!(tenant.create_message(chat, "green tea").await, number);
    }
    tenant.wait_for_count(chat, "messages_count", 2).await;
    set_counter(&format!("{id}#1"), 0, 0).await;
    assert_eq!(tenant.create_message(chat, "black tea").await, 1);
    eventually("the message is buried", async || {
        chatlog_json("dead-letters list").await.to_string().contains(&id).then_some(())
    })
    .await;
    let listed = runbook.run_line("chatlog dead-letters list", &[]).await;
    assert!(listed.contains("another write created the row of its number"), "{listed}");
    let error = runbook.fail_line("chatlog counters verify", &[]).await;
    assert!(error.contains("`chatlog counters repair`"), "{error}");
    runbook.run_line("chatlog counters repair", &[]).await;
    assert_eq!(tenant.create_message(chat, "white tea").await, 3);
    tenant.wait_for_count(chat, "messages_count", 3).await;
}
