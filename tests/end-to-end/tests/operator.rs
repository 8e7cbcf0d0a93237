//! What the operator may do with the admin key, and nobody without it.

use end_to_end::Client;
use reqwest::Method;
use serde_json::{Value, json};
use test_stack::eventually;

#[tokio::test]
async fn the_operator_reads_and_writes_a_tenants_chats_by_id() {
    let client = Client::default();
    let (id, token) = client.new_application().await;
    let (operator, tenant) = (client.of_operator(), client.bearing(&token));
    let (chats, of_tenant) = (format!("/applications/{id}/chats"), "/applications/self/chats/1");
    let created = operator.post(&chats, &json!({})).await;
    created.expect(201);
    let chat = format!("{chats}/1");
    assert!(created.location().ends_with(&chat), "{created:?}");
    for number in 1..=3 {
        let created = operator.post(&format!("{chat}/messages"), &json!({ "body": "green tea" })).await;
        assert_eq!(created.expect(201)["number"], number);
        assert!(created.location().ends_with(&format!("{chat}/messages/{number}")), "{created:?}");
        operator.wait_until_stored(&created.location()).await;
    }
    let page = operator.get(&format!("{chat}/messages?limit=2")).await;
    assert!(page.next_page().unwrap().contains(&format!("{chat}/messages?")), "{page:?}");
    assert_eq!(operator.list(&format!("{chat}/messages?limit=2")).await.len(), 3);
    assert_eq!(tenant.bodies(of_tenant).await, operator.bodies(&chat).await);

    // What the tenant writes, the operator changes.
    assert_eq!(tenant.create_message(of_tenant, "black tea").await, 4);
    let update = json!({ "body": "white tea" });
    operator.send_json(Method::PUT, &format!("{chat}/messages/4"), &update).await.expect(200);
    operator.delete(&format!("{chat}/messages/2")).await.expect_no_content();
    eventually("both find what is left", async || {
        let found = operator.search(&chat, "white").await;
        (found == [4] && tenant.search(of_tenant, "white").await == found).then_some(())
    })
    .await;
    tenant.wait_until_gone(&format!("{of_tenant}/messages/2"), "message_not_found").await;
    operator.wait_for_count(&chat, "messages_count", 3).await;
}

#[tokio::test]
async fn the_operator_may_call_every_operation_of_a_tenant_by_id() {
    let client = Client::default();
    let (id, token) = client.new_application().await;
    let operator = client.of_operator();
    operator.post(&format!("/applications/{id}/chats"), &json!({})).await.expect(201);
    let chat = format!("/applications/{id}/chats/1");
    operator.create_message(&chat, "green tea").await;
    operator.wait_until_stored(&format!("{chat}/messages/1")).await;
    operator.wait_until_stored(&chat).await;

    for response in operator.call_operations_of_tenant(&id).await {
        assert!(response.status.is_success(), "{response:?}");
    }
    operator.get(&chat).await.expect_problem(404, "chat_not_found");
    let rotated = operator.get(&format!("/applications/{id}")).await.expect(200);
    assert_ne!(rotated["token"], token.as_str());
}

/// Checks that refused requests created no application, and returns what they must not change: the application and its chats.
async fn state(client: &Client, token: &str) -> (Value, Vec<Value>) {
    let all = client.list("/applications?limit=200").await;
    assert!(all.iter().all(|application| application["name"] != "refused"), "an application was created");
    let tenant = client.bearing(token);
    let application = tenant.get("/applications/self").await.expect(200);
    (application, tenant.list("/applications/self/chats").await)
}

#[tokio::test]
async fn a_wrong_admin_key_is_refused_everywhere() {
    let client = Client::default();
    let (id, token) = client.new_application().await;
    let before = state(&client, &token).await;
    let key = client.admin_key();
    for wrong in [&key[1..], &format!("{key}0"), &key.to_uppercase(), &key.replace(['0', '1', '2'], "3")] {
        assert_ne!(wrong, key);
        let other = client.bearing(wrong);
        for response in other.call_operations_of_tenant(&id).await {
            response.expect_problem(401, "admin_key_required");
        }
        for response in other.call_operations_of_operator(&id).await {
            response.expect_problem(401, "admin_key_required");
        }
        other.get("/applications/self").await.expect_problem(404, "application_not_found");
    }
    assert_eq!(state(&client, &token).await, before);
}

#[tokio::test]
async fn the_operators_operations_need_the_admin_key() {
    let client = Client::default();
    let ((id, token), (_, other)) = (client.new_application().await, client.new_application().await);
    let before = state(&client, &token).await;
    for caller in [client.anonymous(), client.bearing(&token), client.bearing(&other)] {
        // Without the key, nobody learns which applications there are.
        for path in [id.as_str(), &token, "self", "unknown"] {
            let responses = caller.call_operations_of_operator(path).await;
            assert_eq!(responses.len(), 5, "{responses:?}");
            for response in responses {
                response.expect_problem(401, "admin_key_required");
                assert_eq!(response.challenge(), Some("Bearer"), "{response:?}");
            }
        }
    }
    assert_eq!(state(&client, &token).await, before);
}
