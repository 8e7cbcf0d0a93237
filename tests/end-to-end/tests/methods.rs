//! Each path takes the methods that template.yaml routes there, and tells of them where it is asked with another.

use end_to_end::Client;
use reqwest::Method;
use template_routes::Routes;

/// All that API Gateway passes on.
const METHODS: [Method; 7] =
    [Method::DELETE, Method::GET, Method::HEAD, Method::OPTIONS, Method::PATCH, Method::POST, Method::PUT];

/// A path of the template with something in the place of each parameter.
fn address(path: &str) -> String {
    let segment = |segment: &str| if segment.starts_with('{') { "1".to_owned() } else { segment.to_owned() };
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

#[tokio::test]
async fn a_method_that_a_path_does_not_have_is_answered_with_those_it_has() {
    let client = Client::default();
    let routes = Routes::of(include_str!("../../../template.yaml")).unwrap();
    for (path, has) in routes.paths().filter(|(_, methods)| !methods.is_empty()) {
        let allowed = format!("{}, OPTIONS", has.join(", "));
        let lacks = |method: &Method| *method != Method::OPTIONS && !has.contains(&method.as_str());
        for method in METHODS.into_iter().filter(lacks) {
            let answer = client.send(method.clone(), &address(path), None, "").await;
            assert_eq!(answer.header("allow"), Some(allowed.as_str()), "{method} {path}: {answer:?}");
            if method == Method::HEAD {
                assert_eq!((answer.status.as_u16(), answer.text.as_str()), (405, ""), "{path}");
            } else {
                answer.expect_problem(405, "method_not_allowed");
            }
        }
    }
}

#[tokio::test]
async fn a_refused_method_changes_nothing_and_needs_no_key() {
    let client = Client::default();
    let chat = client.chat().await;
    client.stored(&chat).await;
    let json = Some("application/json");
    client.send(Method::PUT, &chat, json, "{").await.expect_problem(405, "method_not_allowed");
    client.send(Method::POST, &chat, json, "{}").await.expect_problem(405, "method_not_allowed");
    assert_eq!(client.get(&chat).await.expect(200)["messages_count"], 0);
}

#[tokio::test]
async fn a_path_that_no_route_has_is_not_found_by_any_method() {
    let client = Client::default();
    for method in METHODS {
        let answer = client.send(method.clone(), "/nothing", None, "").await;
        assert_eq!(answer.status, 404, "{method}");
    }
}
