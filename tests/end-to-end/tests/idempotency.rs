//! `Idempotency-Key`: repeated requests create once.

use end_to_end::Client;
use reqwest::Method;
use serde_json::{Value, json};

fn random_key() -> String {
    conversation::RequestId::random().unwrap().as_str().to_owned()
}

#[tokio::test]
async fn the_same_key_returns_the_same_creation() {
    let client = Client::default();
    let (first, second, third) = (random_key(), random_key(), random_key());
    let mut applications = Vec::new();
    for _ in 0..3 {
        let created = client.post_with_key("/applications", &first, &json!({ "name": "Tea house" })).await;
        created.expect(201);
        applications.push((created.location(), created.text));
    }
    assert!(applications.iter().all(|application| *application == applications[0]), "{applications:?}");
    let application = applications[0].0.clone();

    let mut chats = Vec::new();
    for _ in 0..3 {
        let created = client.post_with_key(&format!("{application}/chats"), &second, &json!({})).await;
        created.expect(201);
        chats.push((created.location(), created.text));
    }
    assert!(chats.iter().all(|chat| *chat == chats[0]), "{chats:?}");
    let chat = chats[0].0.clone();

    let mut messages: Vec<Value> = Vec::new();
    for _ in 0..3 {
        let created =
            client.post_with_key(&format!("{chat}/messages"), &third, &json!({ "body": "hi" })).await;
        messages.push(created.expect(201));
    }
    assert!(messages.iter().all(|message| *message == messages[0]), "{messages:?}");
    assert_eq!(client.create_message(&chat, "another").await, 2, "one number was allocated");
    client.wait_for_count(&chat, "messages_count", 2).await;
    client.wait_for_count(&application, "chats_count", 1).await;
}

#[tokio::test]
async fn the_same_fields_are_the_same_request_however_they_are_sent() {
    let client = Client::default();
    let (chat, key) = (client.create_chat().await, random_key());
    let form = "application/x-www-form-urlencoded";
    let multipart = "--b\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\nhi +\r\n--b--\r\n";
    for (path, content_type, body) in [
        ("messages", "application/json", r#"{"body": "hi +"}"#),
        ("messages", form, "body=hi+%2B"),
        ("messages", "multipart/form-data; boundary=b", multipart),
        ("messages?body=hi%20%2B", form, ""),
        ("messages/", form, "body=hi+%2B"),
    ] {
        let headers = [("content-type", content_type), ("idempotency-key", key.as_str())];
        let path = format!("{chat}/{path}");
        let created = client.send_with_headers(Method::POST, &path, &headers, body).await;
        assert_eq!(created.expect(201)["number"], 1, "{path} {content_type}");
    }
}

#[tokio::test]
async fn a_key_cannot_be_reused_with_another_body() {
    let client = Client::default();
    let (chat, key) = (client.create_chat().await, random_key());
    let messages = format!("{chat}/messages");
    client.post_with_key(&messages, &key, &json!({ "body": "hi" })).await.expect(201);
    let other = client.post_with_key(&messages, &key, &json!({ "body": "ho" })).await;
    other.expect_problem(422, "idempotency_key_reused");
    client.wait_for_count(&chat, "messages_count", 1).await;
    // The same key on another path is another key.
    let elsewhere = client.create_chat().await;
    client.post_with_key(&format!("{elsewhere}/messages"), &key, &json!({ "body": "ho" })).await.expect(201);
}

#[tokio::test]
async fn a_rejected_request_does_not_use_its_key() {
    let client = Client::default();
    let (chat, key) = (client.create_chat().await, random_key());
    let messages = format!("{chat}/messages");
    client
        .post_with_key(&messages, &key, &json!({ "body": " " }))
        .await
        .expect_problem(422, "invalid_fields");
    let not_found = client.post_with_key(&format!("{chat}0/messages"), &key, &json!({ "body": "hi" })).await;
    not_found.expect_problem(404, "chat_not_found");
    let created = client.post_with_key(&messages, &key, &json!({ "body": "hi" })).await;
    assert_eq!(created.expect(201)["number"], 1);
}

#[tokio::test]
async fn concurrent_requests_with_one_key_return_one_creation_or_in_use() {
    let client = Client::default();
    let (chat, key) = (client.create_chat().await, random_key());
    let attempts: Vec<_> = (0..30)
        .map(|_| {
            let (client, path, key) = (client.clone(), format!("{chat}/messages"), key.clone());
            tokio::spawn(async move { client.post_with_key(&path, &key, &json!({ "body": "hi" })).await })
        })
        .collect();
    let mut accepted = 0;
    for attempt in attempts {
        let response = attempt.await.unwrap();
        if response.status == 201 {
            assert_eq!(response.json()["number"], 1);
            accepted += 1;
        } else {
            response.expect_problem(409, "idempotency_key_in_use");
            assert_eq!(response.header("retry-after"), Some("1"));
        }
    }
    assert!(accepted > 0);
    assert_eq!(client.create_message(&chat, "another").await, 2);
    client.wait_for_count(&chat, "messages_count", 2).await;
}

#[tokio::test]
async fn an_invalid_key_is_rejected() {
    let client = Client::default();
    let chat = client.create_chat().await;
    let messages = format!("{chat}/messages");
    for key in ["", &"k".repeat(256), "schl\u{fc}ssel"] {
        for (path, body) in [
            ("/applications", json!({ "name": "x" })),
            (messages.trim_end_matches("/1/messages"), json!({})),
            (messages.as_str(), json!({ "body": "x" })),
        ] {
            let problem =
                client.post_with_key(path, key, &body).await.expect_problem(400, "malformed_parameter");
            assert_eq!(problem["errors"][0]["field"], "Idempotency-Key", "{path} {key}");
        }
    }
    client.post_with_key(&messages, &"k".repeat(255), &json!({ "body": "x" })).await.expect(201);
}
