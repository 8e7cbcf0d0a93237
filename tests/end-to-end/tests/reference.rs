//! The reference: the document, and the page that shows it.

use end_to_end::Client;
use reqwest::Method;

const PARTS: [&str; 4] =
    ["docs/start.js", "docs/swagger-ui-bundle.js", "docs/swagger-ui.css", "docs/swagger-ui-license.txt"];

#[tokio::test]
async fn the_document_is_the_one_of_this_checkout() {
    let served = Client::default().get("/openapi.json").await;
    served.expect(200);
    assert!(served.text == include_str!("../../../openapi.json"), "another document is deployed");
}

#[tokio::test]
async fn the_page_finds_its_parts_beside_itself() {
    let client = Client::default();
    let page = client.get("/docs").await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    for part in PARTS {
        assert!(page.text.contains(part), "the page does without {part}");
        let address = page.url.join(part).unwrap();
        assert_eq!(client.get(address.as_str()).await.status, 200, "{address}");
    }
    client.get("/docs/nothing.js").await.expect_problem(404, "route_not_found");
    assert_eq!(client.get("/docs/").await.text, page.text, "a slash at the end leads to the page too");
}

#[tokio::test]
async fn a_compressed_part_arrives_byte_for_byte() {
    let client = Client::default();
    let part =
        client.send_with(Method::GET, "/docs/swagger-ui.css", &[("accept-encoding", "gzip")], "").await;
    assert_eq!(part.header("content-encoding"), Some("gzip"));
    assert!(part.text.starts_with('\u{1f}'), "gzip begins so: {:.8}", part.text);
}

#[tokio::test]
async fn who_has_a_part_already_is_not_sent_it_again() {
    let client = Client::default();
    let part = client.get("/docs/start.js").await;
    let tag = part.header("etag").unwrap();
    let again = client.send_with(Method::GET, "/docs/start.js", &[("if-none-match", tag)], "").await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
}
