//! Applications, as the operator sees them from the tables.

use end_to_end::Client;
use reqwest::Method;
use serde_json::{Value, json};
use test_stack::eventually;

use crate::operator::{chatlog, chatlog_error, chatlog_json};
use crate::runbook::Section;
use crate::turn;

async fn listed(id: &str) -> Option<Value> {
    let applications = chatlog_json("application list --newest-first").await;
    applications.as_array().unwrap().iter().find(|application| application["id"] == id).cloned()
}

#[tokio::test]
async fn an_application_is_listed_and_shown_without_its_token() {
    let _turn = turn::harmless().await;
    let client = Client::default();
    let (id, token) = client.new_application().await;
    client.bearing(&token).post("/applications/self/chats", &json!({})).await.expect(201);
    client.bearing(&token).wait_for_count("/applications/self", "chats_count", 1).await;
    let found = eventually("the application is listed", async || listed(&id).await).await;
    let shown = chatlog_json(&format!("application show {id}")).await;
    assert_eq!(shown, found);
    assert_eq!((&shown["name"], &shown["chats_count"]), (&json!("Tea house"), &json!(1)));
    assert!(!shown.to_string().contains(&token), "a token is shown");

    let error = chatlog_error(&format!("application show {token}")).await;
    assert!(error.contains("not the id of an application") && !error.contains(&token), "another error");
    let unknown = chatlog_error("application show AAAAAAAAAAAAAAAAAAAAAA").await;
    assert!(unknown.contains("there is no application AAAAAAAAAAAAAAAAAAAAAA"), "{unknown}");
}

#[tokio::test]
async fn a_disabled_application_is_closed_to_its_tenant_alone() {
    let _turn = turn::harmless().await;
    let client = Client::default();
    let (id, token) = client.new_application().await;
    let (tenant, chats) = (client.bearing(&token), "/applications/self/chats");
    tenant.post(chats, &json!({})).await.expect(201);
    let planned = chatlog_json(&format!("application disable {id} --dry-run")).await;
    assert_eq!((&planned["is_dry_run"], &planned["was_disabled"]), (&json!(true), &json!(false)));
    tenant.get("/applications/self").await.expect(200);

    chatlog_json(&format!("application disable {id}")).await;
    tenant.get("/applications/self").await.expect_problem(403, "application_disabled");
    tenant.post("/applications/self/token", &json!({})).await.expect_problem(403, "application_disabled");
    eventually("no function opens it to its tenant", async || {
        let created = tenant.post(chats, &json!({})).await;
        (created.status == 403).then_some(())
    })
    .await;
    assert_eq!(chatlog_json(&format!("application show {id}")).await["is_disabled"], true);
    let update = json!({ "name": "Closed house" });
    client.send_json(Method::PATCH, &format!("/applications/{id}"), &update).await.expect(200);

    chatlog_json(&format!("application enable {id}")).await;
    tenant.get("/applications/self").await.expect(200);
    eventually("every function opens it again", async || {
        let created = tenant.post(chats, &json!({})).await;
        created.status.is_success().then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_deleted_application_is_gone_with_its_chats() {
    let _turn = turn::harmless().await;
    let client = Client::default();
    let (id, token) = client.new_application().await;
    let tenant = client.bearing(&token);
    tenant.post("/applications/self/chats", &json!({})).await.expect(201);
    let chat = "/applications/self/chats/1";
    tenant.wait_until_stored(chat).await;
    let planned = chatlog_json(&format!("application delete {id} --dry-run")).await;
    assert_eq!((&planned["is_dry_run"], &planned["application"]["id"]), (&json!(true), &json!(id)));
    tenant.get("/applications/self").await.expect(200);

    let deleted = chatlog(&format!("application delete {id}")).await;
    assert!(deleted.status.success(), "{}", String::from_utf8_lossy(&deleted.stderr));
    tenant.get("/applications/self").await.expect_problem(404, "application_not_found");
    tenant.post("/applications/self/chats", &json!({})).await.expect_problem(404, "application_not_found");
    eventually("the chat is gone, too", async || {
        let response = tenant.get(&format!("{chat}/messages")).await;
        (response.status == 404).then_some(())
    })
    .await;
    assert_eq!(listed(&id).await, None);
    chatlog_error(&format!("application delete {id}")).await;
}

#[tokio::test]
async fn the_status_shows_queues_tables_and_the_index() {
    let _turn = turn::harmless().await;
    let status = chatlog_json("status").await;
    let names = |list: &str| -> Vec<String> {
        let parts = status[list].as_array().unwrap().iter();
        parts.map(|part| part["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("queues"), ["chatlog-writes.fifo", "chatlog-index", "chatlog-sweeps"]);
    assert_eq!(names("dead_letters"), ["chatlog-writes-dlq.fifo", "chatlog-sweeps-dlq"]);
    assert!(names("tables").contains(&"chatlog-messages".to_owned()));
    assert!(status["index"]["state"].is_string(), "{status}");
}

#[tokio::test]
async fn a_tenant_is_stopped_by_the_runbook() {
    let _turn = turn::harmless().await;
    let client = Client::default();
    let (id, token) = client.new_application().await;
    let tenant = client.bearing(&token);
    let id = [("ID", id.as_str())];
    let mut runbook = Section::of("A tenant must stop, or asks for help");
    let shown = runbook.run_line("chatlog application show", &id).await;
    assert!(shown.contains("Tea house") && !shown.contains(&token), "another answer");
    runbook.run_line("chatlog application disable", &id).await;
    tenant.get("/applications/self").await.expect_problem(403, "application_disabled");
    assert!(runbook.run_block(&id).await.contains("Would"));
    tenant.get("/applications/self").await.expect_problem(403, "application_disabled");
    runbook.run_block(&id).await;
    tenant.get("/applications/self").await.expect_problem(404, "application_not_found");
}
