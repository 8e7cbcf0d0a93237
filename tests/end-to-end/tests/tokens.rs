//! Tokens: where clients send them, which are refused, and how they are replaced.

use end_to_end::{Client, Response};
use reqwest::Method;
use serde_json::{Value, json};
use test_stack::eventually;

/// A token of another deployment: it has the form of a token, and another key signed it.
const FOREIGN: &str = "AAECAwQFBgcICQoLDA0ODwAAAAFA96Cqj8TSdMbLUu_LMYHOn25qpF4LGyza-2JI";

async fn expect_from_every_operation(client: &Client, path: &str, status: u16, code: &str) {
    for response in client.call_operations_of_tenant(path).await {
        response.expect_problem(status, code);
    }
}

#[tokio::test]
async fn self_with_the_token_in_the_header_does_all_that_the_token_in_the_path_does() {
    let client = Client::default();
    let (id, token) = client.new_application().await;
    let tenant = client.bearing(&token);
    let found = tenant.get("/applications/self").await.expect(200);
    assert_eq!((&found["id"], &found["token"]), (&json!(id), &json!(token)));

    let created = tenant.post("/applications/self/chats", &json!({})).await;
    created.expect(201);
    assert!(created.location().ends_with("/applications/self/chats/1"), "{created:?}");
    let chat = "/applications/self/chats/1";
    for number in 1..=3 {
        let created = tenant.post(&format!("{chat}/messages"), &json!({ "body": "green tea" })).await;
        assert_eq!(created.expect(201)["number"], number);
        assert!(!created.location().contains(&token), "{created:?}");
        tenant.wait_until_stored(&created.location()).await;
    }
    let page = tenant.get(&format!("{chat}/messages?limit=2")).await;
    assert!(page.next_page().unwrap().contains("/applications/self/"), "{page:?}");
    assert_eq!(tenant.list(&format!("{chat}/messages?limit=2")).await.len(), 3);
    let update = json!({ "body": "black tea" });
    tenant.send_json(Method::PATCH, &format!("{chat}/messages/1"), &update).await.expect(200);
    tenant.delete(&format!("{chat}/messages/2")).await.expect_no_content();
    eventually("a search finds what is left", async || {
        (tenant.search(chat, "tea").await.len() == 2 && tenant.search(chat, "black").await == [1])
            .then_some(())
    })
    .await;
    tenant.wait_for_count("/applications/self", "chats_count", 1).await;
    tenant.wait_for_count(chat, "messages_count", 2).await;
    let in_path = client.get(&format!("/applications/{token}/chats/1")).await.expect(200);
    assert_eq!(tenant.get(chat).await.expect(200), in_path);
    tenant.delete(chat).await.expect_no_content();
    tenant.get(chat).await.expect_problem(404, "chat_not_found");
}

#[tokio::test]
async fn what_was_never_issued_is_not_found() {
    let client = Client::default();
    let (_, token) = client.new_application().await;
    let (_, other) = client.new_application().await;
    // 20 signed bytes are 26 characters and a part of the next one.
    let of_another_id = format!("{}{}", &token[..26], &other[26..]);
    for never_issued in [&token[..63], &format!("{token}A"), FOREIGN, &of_another_id, "Self"] {
        expect_from_every_operation(&client, never_issued, 404, "application_not_found").await;
        let bearing = client.bearing(never_issued);
        bearing.get("/applications/self").await.expect_problem(404, "application_not_found");
        bearing.get("/applications/self/chats").await.expect_problem(404, "application_not_found");
    }
}

#[tokio::test]
async fn a_path_without_a_token_needs_one_in_the_header() {
    let client = Client::default();
    let (id, token) = client.new_application().await;
    expect_from_every_operation(&client, "self", 401, "token_required").await;
    let basic = [("authorization", "Basic dGVhOnRlYQ==")];
    let refused = client.send_with_headers(Method::GET, "/applications/self", &basic, "").await;
    refused.expect_problem(401, "token_required");
    // The id is public: only the operator, with the admin key, can use it.
    expect_from_every_operation(&client, &id, 401, "admin_key_required").await;
    expect_from_every_operation(&client.bearing(&token), &id, 401, "admin_key_required").await;
}

#[tokio::test]
async fn two_different_tokens_are_refused() {
    let client = Client::default();
    let ((_, one), (_, other)) = (client.new_application().await, client.new_application().await);
    for response in client.bearing(&other).call_operations_of_tenant(&one).await {
        let problem = response.expect_problem(400, "malformed_parameter");
        assert_eq!(problem["errors"][0]["field"], "Authorization");
    }
    client.bearing(&one).get(&format!("/applications/{one}")).await.expect(200);
}

/// Rotates, and returns the new token.
async fn rotate(client: &Client, path: &str) -> String {
    let rotated = client.post(&format!("/applications/{path}/token"), &json!({})).await.expect(201);
    rotated["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_rotated_token_stops_working_everywhere() {
    let client = Client::default();
    let (id, old) = client.new_application().await;
    let tenant = client.bearing(&old);
    tenant.post("/applications/self/chats", &json!({})).await.expect(201);
    // The functions know the first version from here on, as long as they remember it.
    tenant.create_message("/applications/self/chats/1", "before the rotation").await;
    tenant.wait_until_stored("/applications/self/chats/1/messages/1").await;
    let new = rotate(&tenant, "self").await;
    assert_ne!(new, old);
    let tenant = client.bearing(&new);
    assert_eq!(tenant.get("/applications/self").await.expect(200)["id"], json!(id));
    assert_eq!(tenant.create_message("/applications/self/chats/1", "after the rotation").await, 2);

    let revoked = |response: &Response| response.status == 401 && response.json()["code"] == "token_revoked";
    eventually("the old token is refused everywhere", async || {
        client.call_operations_of_tenant(&old).await.iter().all(revoked).then_some(())
    })
    .await;
    let by_header = client.bearing(&old).get("/applications/self").await;
    by_header.expect_problem(401, "token_revoked");
    let rename = json!({ "name": "Thief's tea" });
    client
        .send_json(Method::PUT, &format!("/applications/{old}"), &rename)
        .await
        .expect_problem(401, "token_revoked");
    client.delete(&format!("/applications/{old}")).await.expect_problem(401, "token_revoked");

    // What the old token wrote before it was refused is there, and nothing more afterwards.
    let third = rotate(&tenant, &new).await;
    let application = client.get(&format!("/applications/{third}")).await.expect(200);
    assert_eq!((&application["id"], &application["name"]), (&json!(id), &json!("Tea house")));
}

#[tokio::test]
async fn a_rotation_can_be_repeated_with_its_key() {
    let client = Client::default();
    let (_, old) = client.new_application().await;
    let key = conversation::RequestId::random().unwrap();
    let path = format!("/applications/{old}/token");
    let mut tokens: Vec<Value> = Vec::new();
    for _ in 0..3 {
        let rotated = client.post_with_key(&path, key.as_str(), &json!({})).await.expect(201);
        tokens.push(rotated["token"].clone());
    }
    assert!(tokens.iter().all(|token| *token == tokens[0] && *token != json!(old)), "one rotation");
    client.post(&path, &json!({})).await.expect_problem(401, "token_revoked");
}

#[tokio::test]
async fn concurrent_rotations_never_issue_the_same_token() {
    let client = Client::default();
    let (_, old) = client.new_application().await;
    let rotations: Vec<_> = (0..10)
        .map(|_| {
            let (client, path) = (client.clone(), format!("/applications/{old}/token"));
            tokio::spawn(async move { client.post(&path, &json!({})).await })
        })
        .collect();
    let mut tokens = Vec::new();
    for rotation in rotations {
        let response = rotation.await.unwrap();
        match response.status.as_u16() {
            201 => tokens.push(response.json()["token"].clone()),
            503 => drop(response.expect_problem(503, "temporarily_unavailable")),
            _ => drop(response.expect_problem(401, "token_revoked")),
        }
    }
    assert_eq!(tokens.len(), 1, "{tokens:?}");
    client.get(&format!("/applications/{}", tokens[0].as_str().unwrap())).await.expect(200);
}
