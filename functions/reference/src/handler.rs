use conversation::{Failure, Problem};
use http_api::{ApiRequest, Reply, route_not_found};
use lambda_http::http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY};

use crate::files::{DOCUMENT, PAGE, asset};

/// All that the page needs is served from here, and it sends requests nowhere else. Its style sheet holds
/// pictures.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// # Errors
/// [`Problem::Internal`] for a route that API Gateway does not send here.
pub(crate) fn answer(request: &ApiRequest) -> Result<Reply, Failure> {
    match request.route() {
        "/openapi.json" => Ok(Reply::file(request, &DOCUMENT)),
        // The page names its parts relative to itself, so it has one address only.
        "/docs" if request.path().ends_with('/') => Ok(Reply::moved("../docs")),
        "/docs" => Ok(Reply::file(request, &PAGE)
            .with_header(CONTENT_SECURITY_POLICY, POLICY)
            // An address of the API holds a token.
            .with_header(REFERRER_POLICY, "no-referrer")),
        "/docs/{asset}" => Ok(match asset(request.path_parameter("asset")) {
            Some(file) => Reply::file(request, file),
            None => route_not_found(request),
        }),
        _ => Err(Problem::Internal.into()),
    }
}

#[cfg(test)]
mod tests {
    use lambda_http::{Body, Response};
    use serde_json::{Value, json};

    use super::*;

    /// A request as API Gateway sends it.
    const EVENT: &str = include_str!("../../../bench/fixtures/api-event.json");

    /// The same for `GET path`, with an `Accept-Encoding`.
    fn request_for(path: &str, accept_encoding: &str) -> ApiRequest {
        let asset = path.strip_prefix("/docs/").filter(|asset| !asset.is_empty());
        let route = if asset.is_some() { "/docs/{asset}" } else { path.trim_end_matches('/') };
        let mut event: Value = serde_json::from_str(EVENT).unwrap();
        event["resource"] = json!(route);
        event["path"] = json!(path);
        event["httpMethod"] = json!("GET");
        event["headers"]["Accept-Encoding"] = json!(accept_encoding);
        event["multiValueHeaders"]["Accept-Encoding"] = json!([accept_encoding]);
        event["pathParameters"] = asset.map_or(Value::Null, |asset| json!({ "asset": asset }));
        event["requestContext"]["resourcePath"] = json!(route);
        event["requestContext"]["path"] = json!(format!("/v1{path}"));
        request(&event)
    }

    fn request(event: &Value) -> ApiRequest {
        lambda_http::request::from_str(&event.to_string()).unwrap().into()
    }

    /// What the client sees of the answer to `GET path`.
    fn get(path: &str, accept_encoding: &str) -> Response<Body> {
        answer(&request_for(path, accept_encoding)).unwrap().into_response()
    }

    fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn text(response: &Response<Body>) -> &str {
        str::from_utf8(response.body()).unwrap()
    }

    /// What stands in quotes after each `attribute=` of the page.
    fn attributes<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
        let opening = format!("{attribute}=\"");
        page.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    #[test]
    fn the_document_is_served() {
        let response = get("/openapi.json", "identity");
        assert_eq!(
            (response.status().as_u16(), header(&response, "content-type")),
            (200, "application/json")
        );
        let document: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(document["info"]["title"], "Chatlog");
    }

    #[test]
    fn every_part_that_the_page_names_is_served_beside_it() {
        let page = get("/docs", "identity");
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        let page = text(&page);
        let mut parts = attributes(page, "href");
        parts.extend(attributes(page, "src"));
        let parts: Vec<&str> = parts.into_iter().filter(|part| *part != "data:,").collect();
        assert_eq!(parts.len(), 6, "{parts:?}");
        for part in parts {
            let response = get(&format!("/{part}"), "gzip");
            assert_eq!(response.status(), 200, "{part}");
            assert_eq!(header(&response, "content-encoding"), "gzip", "{part}");
            assert!(header(&response, "etag").starts_with("W/\""), "{part}");
        }
    }

    #[test]
    fn the_page_holds_nothing_that_its_policy_forbids() {
        let response = get("/docs", "identity");
        assert!(
            header(&response, "content-security-policy")
                .starts_with("default-src 'none'; script-src 'self';")
        );
        let page = text(&response);
        assert!(
            page.split("<script").skip(1).all(|script| script.starts_with(" src=\"docs/")),
            "inline script"
        );
        assert!(!page.contains("<style") && !page.contains(" style="), "inline style");
        for (name, response) in [("page", &response), ("start.js", &get("/docs/start.js", "identity"))] {
            assert!(!text(response).contains("://"), "{name} names another host");
        }
    }

    #[test]
    fn compressing_the_script_is_worth_it() {
        let plain = get("/docs/swagger-ui-bundle.js", "identity");
        let gzip = get("/docs/swagger-ui-bundle.js", "gzip");
        assert!(text(&plain).contains("SwaggerUIBundle"));
        assert!(gzip.body().starts_with(&[0x1f, 0x8b]));
        assert!(gzip.body().len() * 2 < plain.body().len());
    }

    #[test]
    fn a_part_that_the_page_does_not_have_is_no_route() {
        for path in ["/docs/nothing.js", "/docs/swagger-ui.css.map"] {
            let response = get(path, "identity");
            assert_eq!(response.status(), 404, "{path}");
            let problem: Value = serde_json::from_slice(response.body()).unwrap();
            assert_eq!(problem["code"], "route_not_found");
        }
    }

    #[test]
    fn with_a_slash_at_its_end_the_address_leads_to_the_page() {
        let response = get("/docs/", "identity");
        assert_eq!((response.status().as_u16(), header(&response, "location")), (308, "../docs"));
    }

    #[test]
    fn a_route_of_another_function_is_an_error_of_ours() {
        let elsewhere = request(&serde_json::from_str(EVENT).unwrap());
        assert_eq!(answer(&elsewhere).unwrap_err().problem, Problem::Internal);
    }
}
