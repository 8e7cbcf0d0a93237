//! A deleted application is closed at once, and everything in it is removed in the background.

use end_to_end::{Client, Logs, Process, remains};
use reqwest::Method;
use serde_json::json;
use test_stack::eventually;

/// A new application: its id, and a client with its token.
async fn application(client: &Client) -> (String, Client) {
    let (id, token) = client.new_application().await;
    (id, client.bearing(&token))
}

/// Creates chats in the tenant's application, each with a message.
async fn create_chats(tenant: &Client, count: u64) {
    let creators: Vec<_> = (1..=count)
        .map(|_| {
            let tenant = tenant.clone();
            tokio::spawn(async move {
                let chat = tenant.post("/applications/self/chats", &json!({})).await.expect(201);
                tenant
                    .create_message(&format!("/applications/self/chats/{}", chat["number"]), "of many")
                    .await;
            })
        })
        .collect();
    for creator in creators {
        creator.await.unwrap();
    }
}

async fn wait_until_nothing_is_left(id: String) {
    let applications = [id];
    eventually("nothing of the application is left", async || {
        remains(&applications).await.is_empty().then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_deleted_application_is_gone_with_all_its_chats() {
    let client = Client::default();
    let (id, tenant) = application(&client).await;
    create_chats(&tenant, 30).await;
    tenant.wait_for_count("/applications/self", "chats_count", 30).await;
    let (kept_id, kept) = application(&client).await;
    create_chats(&kept, 1).await;

    client.delete(&format!("/applications/{id}")).await.expect_no_content();
    let late = tenant.post("/applications/self/chats", &json!({})).await;
    late.expect_problem(404, "application_not_found");
    tenant.get("/applications/self").await.expect_problem(404, "application_not_found");
    tenant.post("/applications/self/token", &json!({})).await.expect_problem(404, "application_not_found");
    let rename = json!({ "name": "Back again" });
    let renamed = client.send_json(Method::PUT, &format!("/applications/{id}"), &rename).await;
    renamed.expect_problem(404, "application_not_found");
    client.delete(&format!("/applications/{id}")).await.expect_problem(404, "application_not_found");
    let listed = client.list("/applications?limit=200&order=desc").await;
    assert!(listed.iter().all(|application| application["id"] != id.as_str()), "it is still listed");

    for path in [
        "/applications/self/chats",
        "/applications/self/chats/1",
        "/applications/self/chats/1/messages",
        "/applications/self/chats/1/messages/1",
        "/applications/self/chats/1/messages/search?q=many",
    ] {
        tenant.wait_until_gone(path, "application_not_found").await;
    }
    // A process that remembers the application may accept messages for some seconds. They are removed, too.
    eventually("no message is accepted", async || {
        let message = json!({ "body": "too late" });
        let late = tenant.post("/applications/self/chats/1/messages", &message).await;
        (late.status == 404 && late.json()["code"] == "application_not_found").then_some(())
    })
    .await;
    wait_until_nothing_is_left(id).await;
    assert_eq!(kept.get("/applications/self").await.expect(200)["id"], kept_id.as_str());
    kept.wait_until_stored("/applications/self/chats/1/messages/1").await;
}

#[tokio::test]
async fn a_deletion_goes_on_if_persist_is_killed_and_catches_chats_on_their_way() {
    let client = Client::default();
    let (id, tenant) = application(&client).await;
    create_chats(&tenant, 100).await;
    // Chats are being created while the application is deleted. Some are accepted, some are refused.
    let creators: Vec<_> = (0..40)
        .map(|_| {
            let tenant = tenant.clone();
            tokio::spawn(async move { tenant.post("/applications/self/chats", &json!({})).await })
        })
        .collect();
    let logs = Logs::since_now();
    client.delete(&format!("/applications/{id}")).await.expect_no_content();
    eventually("persist is deleting chats", async || {
        let is_deletion =
            |line: &String| line.contains("deleted chats of a deleted application") && line.contains(&id);
        logs.lines_of("persist").await.iter().any(is_deletion).then_some(())
    })
    .await;
    for process in Process::all_of("Persist") {
        process.kill();
    }
    for creator in creators {
        let response = creator.await.unwrap();
        if response.status != 201 {
            response.expect_problem(404, "application_not_found");
        }
    }
    tenant.wait_until_gone("/applications/self/chats", "application_not_found").await;
    wait_until_nothing_is_left(id).await;
}

#[tokio::test]
async fn an_unknown_application_cannot_be_deleted() {
    let client = Client::default();
    let (id, tenant) = application(&client).await;
    let unknown = conversation::ApplicationId::random().unwrap();
    for path in [unknown.as_str(), "short", &id[..21]] {
        client.delete(&format!("/applications/{path}")).await.expect_problem(404, "application_not_found");
    }
    // Only the operator may delete it, and has no application of its own.
    for other in [&tenant, &client.anonymous()] {
        other.delete("/applications/self").await.expect_problem(401, "admin_key_required");
    }
    client.delete("/applications/self").await.expect_problem(404, "application_not_found");
    let application = tenant.get("/applications/self").await.expect(200);
    let by_token = format!("/applications/{}", application["token"].as_str().unwrap());
    client.delete(&by_token).await.expect_no_content();
    client.delete(&by_token).await.expect_problem(404, "application_not_found");
    client.delete(&format!("/applications/{id}")).await.expect_problem(404, "application_not_found");
}
