//! `Idempotency-Key`: one creation, however often it is asked for.

use end_to_end::Client;
use serde_json::{Value, json};

/// A key of its own for one creation.
fn key() -> String {
    conversation::Token::random().unwrap().as_str().to_owned()
}

#[tokio::test]
async fn the_same_key_answers_the_same_creation() {
    let client = Client::default();
    let (first, second, third) = (key(), key(), key());
    let mut paths = Vec::new();
    for _ in 0..3 {
        let created = client.post_once("/applications", &first, &json!({ "name": "Tea house" })).await;
        created.expect(201);
        paths.push((created.location(), created.text));
    }
    assert!(paths.iter().all(|path| *path == paths[0]), "{paths:?}");
    let application = paths[0].0.clone();

    let mut chats = Vec::new();
    for _ in 0..3 {
        let created = client.post_once(&format!("{application}/chats"), &second, &json!({})).await;
        created.expect(201);
        chats.push((created.location(), created.text));
    }
    assert!(chats.iter().all(|chat| *chat == chats[0]), "{chats:?}");
    let chat = chats[0].0.clone();

    let mut messages: Vec<Value> = Vec::new();
    for _ in 0..3 {
        let created = client.post_once(&format!("{chat}/messages"), &third, &json!({ "body": "hi" })).await;
        messages.push(created.expect(201));
    }
    assert!(messages.iter().all(|message| *message == messages[0]), "{messages:?}");
    assert_eq!(client.say(&chat, "another").await, 2, "one number was given out");
    client.comes_to(&chat, "messages_count", 2).await;
    client.comes_to(&application, "chats_count", 1).await;
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused() {
    let client = Client::default();
    let (chat, key) = (client.chat().await, key());
    let messages = format!("{chat}/messages");
    client.post_once(&messages, &key, &json!({ "body": "hi" })).await.expect(201);
    let other = client.post_once(&messages, &key, &json!({ "body": "ho" })).await;
    other.expect_problem(422, "idempotency_key_reused");
    client.comes_to(&chat, "messages_count", 1).await;
    // On another path it is another key.
    let elsewhere = client.chat().await;
    client.post_once(&format!("{elsewhere}/messages"), &key, &json!({ "body": "ho" })).await.expect(201);
}

#[tokio::test]
async fn a_refused_request_does_not_use_up_its_key() {
    let client = Client::default();
    let (chat, key) = (client.chat().await, key());
    let messages = format!("{chat}/messages");
    client.post_once(&messages, &key, &json!({ "body": " " })).await.expect_problem(422, "invalid_fields");
    let nowhere = client.post_once(&format!("{chat}0/messages"), &key, &json!({ "body": "hi" })).await;
    nowhere.expect_problem(404, "chat_not_found");
    let created = client.post_once(&messages, &key, &json!({ "body": "hi" })).await;
    assert_eq!(created.expect(201)["number"], 1);
}

#[tokio::test]
async fn of_many_at_once_each_is_answered_with_the_one_or_told_to_wait() {
    let client = Client::default();
    let (chat, key) = (client.chat().await, key());
    let attempts: Vec<_> = (0..30)
        .map(|_| {
            let (client, path, key) = (client.clone(), format!("{chat}/messages"), key.clone());
            tokio::spawn(async move { client.post_once(&path, &key, &json!({ "body": "hi" })).await })
        })
        .collect();
    let mut accepted = 0;
    for attempt in attempts {
        let answer = attempt.await.unwrap();
        if answer.status == 201 {
            assert_eq!(answer.json()["number"], 1);
            accepted += 1;
        } else {
            answer.expect_problem(409, "idempotency_key_in_use");
            assert_eq!(answer.header("retry-after"), Some("1"));
        }
    }
    assert!(accepted > 0);
    assert_eq!(client.say(&chat, "another").await, 2);
    client.comes_to(&chat, "messages_count", 2).await;
}

#[tokio::test]
async fn what_is_no_key_is_said_to_be_none() {
    let client = Client::default();
    let chat = client.chat().await;
    let messages = format!("{chat}/messages");
    for key in ["", &"k".repeat(256), "schl\u{fc}ssel"] {
        for (path, body) in [
            ("/applications", json!({ "name": "x" })),
            (messages.trim_end_matches("/1/messages"), json!({})),
            (messages.as_str(), json!({ "body": "x" })),
        ] {
            let problem = client.post_once(path, key, &body).await.expect_problem(400, "malformed_parameter");
            assert_eq!(problem["errors"][0]["field"], "Idempotency-Key", "{path} {key}");
        }
    }
    client.post_once(&messages, &"k".repeat(255), &json!({ "body": "x" })).await.expect(201);
}
