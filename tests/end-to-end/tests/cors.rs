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

/// Asks as a browser does before it sends what a form could not.
async fn preflight(client: &Client, method: &str, path: &str) -> Answer {
    let headers = [
        ("origin", PAGE),
        ("access-control-request-method", method),
        ("access-control-request-headers", "authorization,content-type,idempotency-key"),
    ];
    client.send_with(Method::OPTIONS, path, &headers, "").await
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

    let refused = client.send(Method::DELETE, "/applications", None, "").await;
    refused.expect_problem(405, "method_not_allowed");
    expect_open(&refused);
}

#[tokio::test]
async fn a_page_sees_what_the_gateway_answers_by_itself() {
    let client = Client::default();
    let nothing = client.get("/nothing").await;
    nothing.expect_problem(404, "route_not_found");
    expect_open(&nothing);
}

#[tokio::test]
async fn a_browser_is_told_what_it_may_send() {
    let client = Client::default();
    for (method, path, methods) in [
        ("POST", "/applications", "GET, POST"),
        ("POST", "/applications/nobody/chats", "GET, POST"),
        ("POST", "/applications/nobody/chats/1/messages", "GET, POST"),
        ("POST", "/applications/nobody/chats/1/messages/search", "GET, POST"),
    ] {
        let answer = preflight(&client, method, path).await;
        assert_eq!((answer.status.as_u16(), answer.text.as_str()), (204, ""), "{path}");
        expect_open(&answer);
        assert_eq!(answer.header("access-control-allow-methods"), Some(methods), "{path}");
        let headers = "Authorization, Content-Type, Idempotency-Key";
        assert_eq!(answer.header("access-control-allow-headers"), Some(headers), "{path}");
        assert_eq!(answer.header("access-control-max-age"), Some("7200"), "{path}");
    }
}
