//! Renaming applications, updating messages, deleting messages.

use end_to_end::Client;
use reqwest::Method;
use serde_json::json;
use test_stack::eventually;

#[tokio::test]
async fn a_renamed_application_has_its_new_name_at_once() {
    let client = Client::default();
    let path = format!("/applications/{}", client.create_application().await);
    let before = client.get(&path).await.expect(200);
    for (method, name) in [(Method::PUT, "Coffee house"), (Method::PATCH, "Milk bar")] {
        let renamed =
            client.send_json(method, &path, &json!({ "name": format!(" {name} ") })).await.expect(200);
        assert_eq!(renamed["name"], name);
        assert_eq!(renamed["created_at"], before["created_at"]);
        assert!(renamed["updated_at"].as_str() >= before["updated_at"].as_str(), "{renamed}");
        assert_eq!(client.get(&path).await.expect(200), renamed);
    }
    client
        .send_json(Method::PUT, &path, &json!({ "name": "  " }))
        .await
        .expect_problem(422, "invalid_fields");
    client.send_json(Method::PATCH, &path, &json!({})).await.expect_problem(422, "invalid_fields");
    assert_eq!(client.get(&path).await.expect(200)["name"], "Milk bar");
    let form = Some("application/x-www-form-urlencoded");
    client.send(Method::PUT, &path, form, "name=Tea+house").await.expect(200);
    client.send(Method::PUT, &format!("{path}?name=Bar"), None, "").await.expect(200);
    assert_eq!(client.get(&path).await.expect(200)["name"], "Bar");
    let unknown = client.send_json(Method::PUT, &format!("{path}x"), &json!({ "name": "x" })).await;
    unknown.expect_problem(404, "application_not_found");
}

#[tokio::test]
async fn a_message_can_be_updated_and_deleted_at_once() {
    let client = Client::default();
    let chat = client.create_chat().await;
    for number in 1..=10 {
        let response = client.post(&format!("{chat}/messages"), &json!({ "body": "old body" })).await;
        let (created, path) = (response.expect(201), response.location());
        let body = format!("updated {number}");
        let method = if number % 2 == 0 { Method::PUT } else { Method::PATCH };
        let updated = client.send_json(method, &path, &json!({ "body": body })).await.expect(200);
        assert_eq!((&updated["number"], &updated["body"]), (&json!(number), &json!(body)));
        assert_eq!(updated["created_at"], created["created_at"]);
        assert!(updated["updated_at"].as_str() >= created["updated_at"].as_str());
        if number > 5 {
            client.delete(&path).await.expect_no_content();
            client.wait_until_gone(&path, "message_not_found").await;
        } else {
            eventually("the update is stored", async || {
                (client.get(&path).await.expect(200) == updated).then_some(())
            })
            .await;
        }
    }
    client.wait_for_count(&chat, "messages_count", 5).await;
    let numbers: Vec<u64> = client.bodies(&chat).await.into_keys().collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    eventually("searches find the new bodies only", async || {
        (client.search(&chat, "updated").await == numbers && client.search(&chat, "old").await.is_empty())
            .then_some(())
    })
    .await;
    assert_eq!(client.create_message(&chat, "the next one").await, 11, "numbers are not reused");
}

#[tokio::test]
async fn a_deleted_message_cannot_be_updated_or_deleted_again() {
    let client = Client::default();
    let chat = client.create_chat().await;
    client.create_message(&chat, "to be deleted").await;
    let path = format!("{chat}/messages/1");
    client.delete(&path).await.expect_no_content();
    client.wait_until_gone(&path, "message_not_found").await;
    let update = client.send_json(Method::PUT, &path, &json!({ "body": "back again" })).await;
    update.expect_problem(404, "message_not_found");
    client.delete(&path).await.expect_problem(404, "message_not_found");
    for path in [format!("{chat}/messages/2"), format!("{chat}/messages/0"), format!("{chat}/messages/x")] {
        client.delete(&path).await.expect_problem(404, "message_not_found");
        let update = client.send_json(Method::PATCH, &path, &json!({ "body": "x" })).await;
        update.expect_problem(404, "message_not_found");
    }
    client.wait_for_count(&chat, "messages_count", 0).await;
}

#[tokio::test]
async fn an_invalid_update_changes_nothing() {
    let client = Client::default();
    let chat = client.create_chat().await;
    client.create_message(&chat, "old body").await;
    let path = format!("{chat}/messages/1");
    let before = client.wait_until_stored(&path).await;
    for (body, status, code) in [
        (json!({}), 422, "invalid_fields"),
        (json!({ "body": "\n" }), 422, "invalid_fields"),
        (json!({ "body": 7 }), 422, "invalid_fields"),
        (json!([]), 400, "malformed_json"),
        (json!({ "body": "a".repeat(65_537) }), 413, "body_too_large"),
    ] {
        client.send_json(Method::PUT, &path, &body).await.expect_problem(status, code);
    }
    let text = client.send(Method::PUT, &path, Some("text/plain"), "body").await;
    text.expect_problem(415, "unsupported_media_type");
    assert_eq!(client.get(&path).await.expect(200), before);
}

#[tokio::test]
async fn concurrent_updates_of_a_message_end_in_the_last_one() {
    let client = Client::default();
    let chat = client.create_chat().await;
    client.create_message(&chat, "old body").await;
    let path = format!("{chat}/messages/1");
    client.wait_until_stored(&path).await;
    let writers: Vec<_> = (1..=30)
        .map(|writer| {
            let (client, path) = (client.clone(), path.clone());
            tokio::spawn(async move {
                let body = json!({ "body": format!("from writer {writer}") });
                client.send_json(Method::PUT, &path, &body).await.expect(200)
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let last = client.send_json(Method::PUT, &path, &json!({ "body": "the last update" })).await.expect(200);
    eventually("the last update stays", async || {
        (client.get(&path).await.expect(200)["body"] == last["body"]).then_some(())
    })
    .await;
    eventually("searches find the last update only", async || {
        (client.search(&chat, "last update").await == [1] && client.search(&chat, "writer").await.is_empty())
            .then_some(())
    })
    .await;
    assert_eq!(client.get(&chat).await.expect(200)["messages_count"], 1);
}
