//! `openapi.json`, and the page that shows it.

use end_to_end::Client;
use reqwest::Method;

/// The files that the page loads, relative to it.
const FILES: [&str; 4] =
    ["docs/start.js", "docs/swagger-ui-bundle.js", "docs/swagger-ui.css", "docs/swagger-ui-license.txt"];

#[tokio::test]
async fn the_api_serves_the_document_of_this_checkout() {
    let served = Client::default().get("/openapi.json").await;
    served.expect(200);
    assert!(served.text == include_str!("../../../openapi.json"), "the API serves another document");
}

#[tokio::test]
async fn the_page_loads_its_files() {
    let client = Client::default();
    let page = client.get("/docs").await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    for file in FILES {
        assert!(page.text.contains(file), "the page does not load {file}");
        let url = page.url.join(file).unwrap();
        assert_eq!(client.get(url.as_str()).await.status, 200, "{url}");
    }
    client.get("/docs/nothing.js").await.expect_problem(404, "route_not_found");
    assert_eq!(client.get("/docs/").await.text, page.text, "/docs/ is the page too");
}

#[tokio::test]
async fn a_client_that_accepts_gzip_gets_gzip() {
    let client = Client::default();
    let file = client
        .send_with_headers(Method::GET, "/docs/swagger-ui.css", &[("accept-encoding", "gzip")], "")
        .await;
    assert_eq!(file.header("content-encoding"), Some("gzip"));
    assert!(file.text.starts_with('\u{1f}'), "not gzip: {:.8}", file.text);
}

#[tokio::test]
async fn a_file_that_the_client_has_is_not_sent_again() {
    let client = Client::default();
    let file = client.get("/docs/start.js").await;
    let tag = file.header("etag").unwrap();
    let again = client.send_with_headers(Method::GET, "/docs/start.js", &[("if-none-match", tag)], "").await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
}
