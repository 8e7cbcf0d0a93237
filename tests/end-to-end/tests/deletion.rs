//! A deleted chat: closed at once, swept whatever its size, and never brought back.

use conversation::{
    Body, ChatId, ChatNumber, CreateChat, CreateMessage, MessageId, MessageNumber, Revision, Timestamp,
    Token, UpdateMessage, Write,
};
use end_to_end::{Client, Queue, eventually};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_deleted_chat_is_gone_with_all_its_messages() {
    let client = Client::default();
    let application = format!("/applications/{}", client.application().await);
    for number in 1..=2 {
        let chat = client.post(&format!("{application}/chats"), &json!({})).await.expect(201);
        assert_eq!(chat["number"], number);
    }
    let (gone, kept) = (format!("{application}/chats/1"), format!("{application}/chats/2"));
    for writer in client.crowd(&gone, 300) {
        writer.await.unwrap();
    }
    client.say(&kept, "this stays").await;
    client.comes_to(&gone, "messages_count", 300).await;
    eventually("the messages are found", async || {
        (client.search(&gone, "writer").await.len() == 200).then_some(())
    })
    .await;

    client.delete(&gone).await.expect_nothing();
    let late = client.post(&format!("{gone}/messages"), &json!({ "body": "too late" })).await;
    late.expect_problem(404, "chat_not_found");
    let update = client.change(Method::PUT, &format!("{gone}/messages/1"), &json!({ "body": "x" })).await;
    update.expect_problem(404, "chat_not_found");
    client.delete(&format!("{gone}/messages/2")).await.expect_problem(404, "chat_not_found");
    client.delete(&gone).await.expect_problem(404, "chat_not_found");

    client.goes(&gone, "chat_not_found").await;
    client.goes(&format!("{gone}/messages"), "chat_not_found").await;
    client.goes(&format!("{gone}/messages/300"), "chat_not_found").await;
    client.goes(&format!("{gone}/messages/search?q=writer"), "chat_not_found").await;
    client.comes_to(&application, "chats_count", 1).await;
    let chats = client.all(&format!("{application}/chats")).await;
    assert_eq!(chats.iter().map(|chat| chat["number"].as_u64().unwrap()).collect::<Vec<_>>(), [2]);
    assert_eq!(client.bodies(&kept).await.into_values().collect::<Vec<_>>(), ["this stays"]);
    let next = client.post(&format!("{application}/chats"), &json!({})).await.expect(201);
    assert_eq!(next["number"], 3, "no number is used twice");
}

#[tokio::test]
async fn a_chat_is_deleted_the_moment_it_is_accepted() {
    let client = Client::default();
    let application = format!("/applications/{}", client.application().await);
    let created = client.post(&format!("{application}/chats"), &json!({})).await;
    created.expect(201);
    client.delete(&created.location()).await.expect_nothing();
    client.goes(&created.location(), "chat_not_found").await;
    client.comes_to(&application, "chats_count", 0).await;
    for (path, code) in [
        (format!("{application}/chats/2"), "chat_not_found"),
        (format!("{application}/chats/0"), "chat_not_found"),
        (format!("{application}x/chats/1"), "application_not_found"),
    ] {
        client.delete(&path).await.expect_problem(404, code);
    }
}

#[tokio::test]
async fn records_that_come_late_bring_nothing_back() {
    let (client, queue) = (Client::default(), Queue::of_writes().await);
    let token = client.application().await;
    let application = format!("/applications/{token}");
    let chat = format!("{application}/chats/1");
    client.post(&format!("{application}/chats"), &json!({})).await.expect(201);
    for body in ["one", "two", "three"] {
        client.say(&chat, body).await;
    }
    client.delete(&format!("{chat}/messages/2")).await.expect_nothing();
    client.comes_to(&chat, "messages_count", 2).await;

    let id = ChatId { application: Token::parse(&token).unwrap(), chat: ChatNumber::new(1).unwrap() };
    let message = |number| MessageId { chat: id.clone(), message: MessageNumber::new(number).unwrap() };
    let revision = |value| Revision::new(value).unwrap();
    let (body, at) = (Body::parse("back again".to_owned()).unwrap(), Timestamp::now());
    let create = |number| {
        Write::CreateMessage(CreateMessage {
            id: message(number),
            revision: revision(number),
            body: body.clone(),
            at,
        })
    };
    let update = |number| {
        let (id, revision) = (message(number), revision(90));
        Write::UpdateMessage(UpdateMessage { id, revision, body: body.clone(), at })
    };
    queue.put(&create(2)).await;
    queue.put(&update(2)).await;
    // What comes behind them in the chat's order shows that they are done.
    client.say(&chat, "four").await;
    client.stored(&format!("{chat}/messages/4")).await;
    client.get(&format!("{chat}/messages/2")).await.expect_problem(404, "message_not_found");
    client.comes_to(&chat, "messages_count", 3).await;

    client.delete(&chat).await.expect_nothing();
    client.goes(&format!("{chat}/messages/1"), "chat_not_found").await;
    client.goes(&chat, "chat_not_found").await;
    queue.put(&Write::CreateChat(CreateChat { id: id.clone(), revision: revision(1), at })).await;
    queue.put(&create(1)).await;
    queue.put(&update(3)).await;
    queue.applies_all(&id).await;
    client.get(&chat).await.expect_problem(404, "chat_not_found");
    for number in 1..=4 {
        let path = format!("{chat}/messages/{number}");
        client.get(&path).await.expect_problem(404, "chat_not_found");
    }
    client.get(&format!("{chat}/messages/search?q=back")).await.expect_problem(404, "chat_not_found");
    client
        .post(&format!("{chat}/messages"), &json!({ "body": "x" }))
        .await
        .expect_problem(404, "chat_not_found");
    client.comes_to(&application, "chats_count", 0).await;
}
