use std::collections::HashMap;

use lambda_http::http::Method;
use lambda_http::http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, IF_NONE_MATCH};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt};

/// What of a request the functions look at.
#[derive(Debug, Clone, Default)]
pub struct ApiRequest {
    /// API Gateway's name for this request, shown to the client with every problem.
    pub request_id: String,
    pub(crate) method: Method,
    pub(crate) route: String,
    pub(crate) path: String,
    pub(crate) path_parameters: HashMap<String, String>,
    pub(crate) query: HashMap<String, String>,
    pub(crate) content_type: Option<String>,
    pub(crate) authorization: Option<String>,
    pub(crate) idempotency_key: Option<Vec<u8>>,
    pub(crate) accept_encoding: Option<String>,
    pub(crate) if_none_match: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl From<Request> for ApiRequest {
    fn from(request: Request) -> Self {
        let header =
            |name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (request_id, route) = match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV1(context)) => {
                (context.request_id.clone(), context.resource_path.clone())
            }
            _ => (None, None),
        };
        // Where a parameter is repeated, its first value counts.
        let first_values = |parameters: &lambda_http::aws_lambda_events::query_map::QueryMap| {
            let mut values = HashMap::new();
            for (name, value) in parameters.iter() {
                values.entry(name.to_owned()).or_insert_with(|| value.to_owned());
            }
            values
        };
        Self {
            request_id: request_id.unwrap_or_default(),
            route: route.unwrap_or_default(),
            method: request.method().clone(),
            path: request.raw_http_path().to_owned(),
            path_parameters: first_values(&request.path_parameters()),
            query: first_values(&request.query_string_parameters()),
            content_type: header(CONTENT_TYPE),
            authorization: header(AUTHORIZATION),
            idempotency_key: request.headers().get("idempotency-key").map(|key| key.as_bytes().to_vec()),
            accept_encoding: header(ACCEPT_ENCODING),
            if_none_match: header(IF_NONE_MATCH),
            body: match request.into_body() {
                Body::Text(text) => text.into_bytes(),
                Body::Binary(bytes) => bytes,
                _ => Vec::new(),
            },
        }
    }
}

impl ApiRequest {
    #[must_use]
    pub fn is_post(&self) -> bool {
        self.method == Method::POST
    }

    #[must_use]
    pub fn is_options(&self) -> bool {
        self.method == Method::OPTIONS
    }

    /// The route of template.yaml that led here, such as `/applications/{token}`.
    #[must_use]
    pub fn route(&self) -> &str {
        &self.route
    }

    /// The path as it was sent, with whatever stands before the route.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A parameter of the path, decoded; empty where the route has none of this name.
    #[must_use]
    pub fn path_parameter(&self, name: &str) -> &str {
        self.path_parameters.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A query parameter's value, decoded.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }
}
