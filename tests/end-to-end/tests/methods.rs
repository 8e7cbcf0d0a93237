//! A path accepts the methods that template.yaml routes, and lists them in `Allow` for any other.

use end_to_end::{Client, template};
use reqwest::Method;

/// The methods that API Gateway routes.
const METHODS: [Method; 7] =
    [Method::DELETE, Method::GET, Method::HEAD, Method::OPTIONS, Method::PATCH, Method::POST, Method::PUT];

/// A path of the template, with 1 for each parameter.
fn with_parameters(path: &str) -> String {
    let segment = |segment: &str| if segment.starts_with('{') { "1".to_owned() } else { segment.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn another_method_is_not_allowed_and_the_response_lists_those_that_are() {
    let client = Client::default();
    for (path, routed) in template().routes().paths().filter(|(_, methods)| !methods.is_empty()) {
        let allowed = format!("{}, OPTIONS", routed.join(", "));
        let is_other = |method: &Method| *method != Method::OPTIONS && !routed.contains(&method.as_str());
        for method in METHODS.into_iter().filter(is_other) {
            let response = client.send(method.clone(), &with_parameters(path), None, "").await;
            assert_eq!(response.header("allow"), Some(allowed.as_str()), "{method} {path}: {response:?}");
            if method == Method::HEAD {
                assert_eq!((response.status.as_u16(), response.text.as_str()), (405, ""), "{path}");
            } else {
                response.expect_problem(405, "method_not_allowed");
            }
        }
    }
}

#[tokio::test]
async fn a_method_that_is_not_allowed_changes_nothing() {
    let client = Client::default();
    let chat = client.create_chat().await;
    client.wait_until_stored(&chat).await;
    let json = Some("application/json");
    client.send(Method::PUT, &chat, json, "{").await.expect_problem(405, "method_not_allowed");
    client.send(Method::POST, &chat, json, "{}").await.expect_problem(405, "method_not_allowed");
    assert_eq!(client.get(&chat).await.expect(200)["messages_count"], 0);
}

#[tokio::test]
async fn a_path_without_route_is_not_found_with_any_method() {
    let client = Client::default();
    for method in METHODS {
        let response = client.send(method.clone(), "/nothing", None, "").await;
        assert_eq!(response.status, 404, "{method}");
    }
}
