//! A deleted chat is closed at once, swept whatever its size, and never comes back.

use conversation::fake::samples::{create_chat, create_message, update_message};
use conversation::{MessageWrite, Write};
use end_to_end::{Client, WritesQueue};
use reqwest::Method;
use serde_json::json;
use test_stack::eventually;

#[tokio::test]
async fn a_deleted_chat_is_gone_with_all_its_messages() {
    let client = Client::default();
    let application = format!("/applications/{}", client.create_application().await);
    for number in 1..=2 {
        let chat = client.post(&format!("{application}/chats"), &json!({})).await.expect(201);
        assert_eq!(chat["number"], number);
    }
    let (deleted, kept) = (format!("{application}/chats/1"), format!("{application}/chats/2"));
    for writer in client.start_writers(&deleted, 220) {
        writer.await.unwrap();
    }
    client.create_message(&kept, "this stays").await;
    client.wait_for_count(&deleted, "messages_count", 220).await;
    eventually("a search finds a page of messages", async || {
        (client.search(&deleted, "writer").await.len() == 200).then_some(())
    })
    .await;

    client.delete(&deleted).await.expect_no_content();
    for path in ["", "/messages", "/messages/220", "/messages/search?q=writer"] {
        client.get(&format!("{deleted}{path}")).await.expect_problem(404, "chat_not_found");
    }
    let late = client.post(&format!("{deleted}/messages"), &json!({ "body": "too late" })).await;
    late.expect_problem(404, "chat_not_found");
    let message = format!("{deleted}/messages/1");
    let update = client.send_json(Method::PUT, &message, &json!({ "body": "x" })).await;
    update.expect_problem(404, "chat_not_found");
    client.delete(&format!("{deleted}/messages/2")).await.expect_problem(404, "chat_not_found");
    client.delete(&deleted).await.expect_problem(404, "chat_not_found");

    client.wait_for_count(&application, "chats_count", 1).await;
    let chats = client.list(&format!("{application}/chats")).await;
    assert_eq!(chats.iter().map(|chat| chat["number"].as_u64().unwrap()).collect::<Vec<_>>(), [2]);
    assert_eq!(client.bodies(&kept).await.into_values().collect::<Vec<_>>(), ["this stays"]);
    let next = client.post(&format!("{application}/chats"), &json!({})).await.expect(201);
    assert_eq!(next["number"], 3, "numbers are not reused");
}

#[tokio::test]
async fn a_chat_can_be_deleted_before_it_is_stored() {
    let client = Client::default();
    let application = format!("/applications/{}", client.create_application().await);
    let created = client.post(&format!("{application}/chats"), &json!({})).await;
    created.expect(201);
    client.delete(&created.location()).await.expect_no_content();
    client.get(&created.location()).await.expect_problem(404, "chat_not_found");
    client.wait_for_count(&application, "chats_count", 0).await;
    for (path, code) in [
        (format!("{application}/chats/2"), "chat_not_found"),
        (format!("{application}/chats/0"), "chat_not_found"),
        (format!("{application}x/chats/1"), "application_not_found"),
    ] {
        client.delete(&path).await.expect_problem(404, code);
    }
}

#[tokio::test]
async fn late_records_do_not_restore_what_was_deleted() {
    let (client, queue) = (Client::default(), WritesQueue::find().await);
    let application = format!("/applications/{}", client.create_application().await);
    let chat = format!("{application}/chats/1");
    client.post(&format!("{application}/chats"), &json!({})).await.expect(201);
    for body in ["one", "two", "three"] {
        client.create_message(&chat, body).await;
    }
    client.delete(&format!("{chat}/messages/2")).await.expect_no_content();
    client.wait_for_count(&chat, "messages_count", 2).await;

    let id = client.chat_id(&chat).await;
    let create =
        |number| Write::Message(MessageWrite::Create(create_message(&id, number, number, "back again")));
    let update = |number| Write::Message(MessageWrite::Update(update_message(&id, number, 90, "back again")));
    queue.send(&create(2)).await;
    queue.send(&update(2)).await;
    // Records of a chat are applied in order: these are applied before the next message is stored.
    client.create_message(&chat, "four").await;
    client.wait_until_stored(&format!("{chat}/messages/4")).await;
    client.get(&format!("{chat}/messages/2")).await.expect_problem(404, "message_not_found");
    client.wait_for_count(&chat, "messages_count", 3).await;

    client.delete(&chat).await.expect_no_content();
    queue.send(&Write::CreateChat(create_chat(&id, 1, 5))).await;
    queue.send(&create(1)).await;
    queue.send(&update(3)).await;
    queue.wait_until_applied(&id).await;
    client.get(&chat).await.expect_problem(404, "chat_not_found");
    for number in 1..=4 {
        let path = format!("{chat}/messages/{number}");
        client.get(&path).await.expect_problem(404, "chat_not_found");
    }
    client.get(&format!("{chat}/messages/search?q=back")).await.expect_problem(404, "chat_not_found");
    let message = client.post(&format!("{chat}/messages"), &json!({ "body": "x" })).await;
    message.expect_problem(404, "chat_not_found");
    client.wait_for_count(&application, "chats_count", 0).await;
}
