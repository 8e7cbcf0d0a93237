//! What a page of another origin may do from within a browser. The tests' stack lets in this one:

use end_to_end::{Answer, Client};
use reqwest::Method;
use serde_json::json;

const PAGE: &str = "https://app.example.org";

/// Checks what a browser checks before it hands an answer to a script of [`PAGE`].
fn expect_open(answer: &Answer) {
    assert_eq!(answer.header("access-control-allow-origin"), Some(PAGE), "{answer:?}");
    assert_eq!(answer.header("vary"), Some("Origin"), "{answer:?}");
    let exposed = answer.header("access-control-expose-headers");
    assert_eq!(exposed, Some("Link, Location, Retry-After"), "{answer:?}");
    assert_eq!(answer.header("access-control-allow-credentials"), None, "{answer:?}");
}

#[tokio::test]
async fn a_page_sees_answers_and_where_they_lead() {
    let client = Client::default();
    let created = client.post("/applications", &json!({ "name": "Tea house" })).await;
    created.expect(201);
    expect_open(&created);
    assert!(created.header("location").is_some());

    let chat = client.chat().await;
    client.say(&chat, "one").await;
    client.say(&chat, "two").await;
    client.stored(&format!("{chat}/messages/2")).await;
    let page = client.get(&format!("{chat}/messages?limit=1")).await;
    page.expect(200);
    expect_open(&page);
    assert!(page.next().is_some());
}

#[tokio::test]
async fn a_page_sees_what_is_wrong() {
    let client = Client::default();
    let nobody = client.get("/applications/nobody").await;
    nobody.expect_problem(404, "application_not_found");
    expect_open(&nobody);

    let malformed = client.send(Method::POST, "/applications", Some("application/json"), "{").await;
    malformed.expect_problem(400, "malformed_json");
    expect_open(&malformed);
}

#[tokio::test]
async fn a_page_sees_what_the_gateway_answers_by_itself() {
    let client = Client::default();
    let nothing = client.get("/nothing").await;
    nothing.expect_problem(404, "route_not_found");
    expect_open(&nothing);
}
