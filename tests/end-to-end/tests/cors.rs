//! CORS: what scripts of another origin can do.

use end_to_end::{Client, Response};
use reqwest::Method;
use serde_json::json;

/// The origin that the test stack allows.
const ORIGIN: &str = "https://app.example.org";

/// Checks that a browser lets a script of [`ORIGIN`] read the response.
fn expect_readable(response: &Response) {
    assert_eq!(response.header("access-control-allow-origin"), Some(ORIGIN), "{response:?}");
    assert_eq!(response.header("vary"), Some("Origin"), "{response:?}");
    let exposed = response.header("access-control-expose-headers");
    assert_eq!(exposed, Some("Link, Location, Retry-After"), "{response:?}");
    assert_eq!(response.header("access-control-allow-credentials"), None, "{response:?}");
}

/// The request that a browser sends first if a form could not send the actual one.
async fn preflight(client: &Client, method: &str, path: &str) -> Response {
    let headers = [
        ("origin", ORIGIN),
        ("access-control-request-method", method),
        ("access-control-request-headers", "authorization,content-type,idempotency-key"),
    ];
    client.send_with_headers(Method::OPTIONS, path, &headers, "").await
}

#[tokio::test]
async fn scripts_can_read_responses_and_their_links() {
    let client = Client::default();
    let created = client.post("/applications", &json!({ "name": "Tea house" })).await;
    created.expect(201);
    expect_readable(&created);
    assert!(created.header("location").is_some());

    let chat = client.create_chat().await;
    client.create_message(&chat, "one").await;
    client.create_message(&chat, "two").await;
    client.wait_until_stored(&format!("{chat}/messages/2")).await;
    let page = client.get(&format!("{chat}/messages?limit=1")).await;
    page.expect(200);
    expect_readable(&page);
    assert!(page.next_page().is_some());
}

#[tokio::test]
async fn scripts_can_read_problems() {
    let client = Client::default();
    let not_found = client.get("/applications/unknown").await;
    not_found.expect_problem(404, "application_not_found");
    expect_readable(&not_found);

    let malformed = client.send(Method::POST, "/applications", Some("application/json"), "{").await;
    malformed.expect_problem(400, "malformed_json");
    expect_readable(&malformed);

    let not_allowed = client.send(Method::DELETE, "/applications", None, "").await;
    not_allowed.expect_problem(405, "method_not_allowed");
    expect_readable(&not_allowed);
}

#[tokio::test]
async fn scripts_can_read_responses_of_api_gateway() {
    let client = Client::default();
    let no_route = client.get("/nothing").await;
    no_route.expect_problem(404, "route_not_found");
    expect_readable(&no_route);
}

#[tokio::test]
async fn a_preflight_returns_the_allowed_methods_and_headers() {
    let client = Client::default();
    for (method, path, methods) in [
        ("POST", "/applications", "GET, POST"),
        ("POST", "/applications/unknown/chats", "GET, POST"),
        ("POST", "/applications/unknown/chats/1/messages", "GET, POST"),
        ("POST", "/applications/unknown/chats/1/messages/search", "GET, POST"),
    ] {
        let response = preflight(&client, method, path).await;
        assert_eq!((response.status.as_u16(), response.text.as_str()), (204, ""), "{path}");
        expect_readable(&response);
        assert_eq!(response.header("access-control-allow-methods"), Some(methods), "{path}");
        let headers = "Authorization, Content-Type, Idempotency-Key";
        assert_eq!(response.header("access-control-allow-headers"), Some(headers), "{path}");
        assert_eq!(response.header("access-control-max-age"), Some("7200"), "{path}");
    }
}
