//! `GET /openapi.json`, `GET /docs` and `GET /docs/{asset}`

mod files;

use http_api::{ApiError, ApiRequest, Code, Endpoint, Reply};
use lambda_http::http::header::{CONTENT_SECURITY_POLICY, REFERRER_POLICY};

use files::{DOCUMENT, PAGE, asset};

/// The page loads everything from the API itself and sends requests to no other host. Its style sheet contains `data:`
/// images.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Serves `openapi.json`, and a page that shows it and can send its requests.
#[derive(Debug, Clone, Copy)]
pub struct Handler;

impl Endpoint for Handler {
    const NAME: &'static str = "reference";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        match request.route() {
            "/openapi.json" => Ok(Reply::file(&request, &DOCUMENT)),
            // The page's links to its assets are relative, so it must have one address only.
            "/docs" if request.path().ends_with('/') => Ok(Reply::moved("../docs")),
            "/docs" => Ok(Reply::file(&request, &PAGE)
                .with_header(CONTENT_SECURITY_POLICY, POLICY)
                // Paths of the API may contain tokens.
                .with_header(REFERRER_POLICY, "no-referrer")),
            "/docs/{asset}" => match asset(request.path_parameter("asset")) {
                Some(file) => Ok(Reply::file(&request, file)),
                None => Err(Code::RouteNotFound.into()),
            },
            _ => Err(Code::InternalError.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use http_api::fixture::Event;
    use http_api::respond;
    use lambda_http::{Body, Response};
    use serde_json::Value;

    use super::*;

    /// The response to `GET path`.
    async fn get(path: &str, accept_encoding: &str) -> Response<Body> {
        let asset = path.strip_prefix("/docs/").filter(|asset| !asset.is_empty());
        let event = match asset {
            Some(asset) => Event::new("GET /docs/{asset}", &[("asset", asset)]),
            None => Event::new(&format!("GET {}", path.trim_end_matches('/')), &[]).path(path),
        };
        respond(&Handler, None, event.header("Accept-Encoding", accept_encoding).into()).await
    }

    fn header<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn text(response: &Response<Body>) -> &str {
        str::from_utf8(response.body()).unwrap()
    }

    /// The values of an attribute in the page.
    fn attributes<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
        let opening = format!("{attribute}=\"");
        page.split(&opening).skip(1).filter_map(|rest| rest.split('"').next()).collect()
    }

    #[tokio::test]
    async fn the_document_is_served() {
        let response = get("/openapi.json", "identity").await;
        assert_eq!(
            (response.status().as_u16(), header(&response, "content-type")),
            (200, "application/json")
        );
        let document: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(document["info"]["title"], "Chatlog");
    }

    #[tokio::test]
    async fn every_asset_that_the_page_names_is_served() {
        let page = get("/docs", "identity").await;
        assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
        let page = text(&page);
        let mut assets = attributes(page, "href");
        assets.extend(attributes(page, "src"));
        let assets: Vec<&str> = assets.into_iter().filter(|asset| *asset != "data:,").collect();
        assert_eq!(assets.len(), 6, "{assets:?}");
        for asset in assets {
            let response = get(&format!("/{asset}"), "gzip").await;
            assert_eq!(response.status(), 200, "{asset}");
            assert_eq!(header(&response, "content-encoding"), "gzip", "{asset}");
            assert!(header(&response, "etag").starts_with("W/\""), "{asset}");
        }
    }

    #[tokio::test]
    async fn the_page_contains_nothing_that_its_policy_forbids() {
        let response = get("/docs", "identity").await;
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
        for (name, response) in [("page", &response), ("start.js", &get("/docs/start.js", "identity").await)]
        {
            assert!(!text(response).contains("://"), "{name} names another host");
        }
    }

    #[tokio::test]
    async fn the_compressed_script_is_less_than_half_as_large() {
        let plain = get("/docs/swagger-ui-bundle.js", "identity").await;
        let gzip = get("/docs/swagger-ui-bundle.js", "gzip").await;
        assert!(text(&plain).contains("SwaggerUIBundle"));
        assert!(gzip.body().starts_with(&[0x1f, 0x8b]));
        assert!(gzip.body().len() * 2 < plain.body().len());
    }

    #[tokio::test]
    async fn an_unknown_asset_is_not_found() {
        for path in ["/docs/nothing.js", "/docs/swagger-ui.css.map"] {
            let response = get(path, "identity").await;
            assert_eq!(response.status(), 404, "{path}");
            let problem: Value = serde_json::from_slice(response.body()).unwrap();
            assert_eq!(problem["code"], "route_not_found");
        }
    }

    #[tokio::test]
    async fn a_trailing_slash_redirects_to_the_page() {
        let response = get("/docs/", "identity").await;
        assert_eq!((response.status().as_u16(), header(&response, "location")), (308, "../docs"));
    }

    #[tokio::test]
    async fn a_route_of_another_function_is_an_internal_error() {
        let response = respond(&Handler, None, Event::new("GET /applications", &[]).into()).await;
        assert_eq!(response.status(), 500);
    }
}
