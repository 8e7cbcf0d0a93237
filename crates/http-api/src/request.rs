use std::collections::HashMap;

use lambda_http::aws_lambda_events::apigw::ApiGatewayProxyRequestContext;
use lambda_http::aws_lambda_events::query_map::QueryMap;
use lambda_http::http::Method;
use lambda_http::http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, IF_NONE_MATCH};
use lambda_http::request::RequestContext;
use lambda_http::{Body, Request, RequestExt};

/// A request: the parts that functions read.
#[derive(Debug, Clone, Default)]
pub struct ApiRequest {
    /// API Gateway's id of the request. Every problem shows it to the client.
    pub(crate) request_id: String,
    pub(crate) method: Method,
    pub(crate) route: String,
    pub(crate) path: String,
    pub(crate) path_parameters: HashMap<String, String>,
    pub(crate) query: HashMap<String, String>,
    pub(crate) content_type: Option<String>,
    pub(crate) authorization: Option<String>,
    /// As bytes, since a key that is not ASCII is refused rather than ignored.
    pub(crate) idempotency_key: Option<Vec<u8>>,
    pub(crate) accept_encoding: Option<String>,
    pub(crate) if_none_match: Option<String>,
    pub(crate) body: Vec<u8>,
}

impl From<Request> for ApiRequest {
    fn from(request: Request) -> Self {
        let header =
            |name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let context = gateway_context(&request);
        Self {
            request_id: context.and_then(|context| context.request_id.clone()).unwrap_or_default(),
            route: context.and_then(|context| context.resource_path.clone()).unwrap_or_default(),
            method: request.method().clone(),
            path: request.raw_http_path().to_owned(),
            path_parameters: first_values(request.path_parameters_ref()),
            query: first_values(request.query_string_parameters_ref()),
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

/// What API Gateway says about a request.
pub(crate) fn gateway_context(request: &Request) -> Option<&ApiGatewayProxyRequestContext> {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV1(context)) => Some(context),
        _ => None,
    }
}

/// If a parameter is repeated, its first value counts.
fn first_values(parameters: Option<&QueryMap>) -> HashMap<String, String> {
    let mut values = HashMap::new();
    for (name, value) in parameters.into_iter().flat_map(QueryMap::iter) {
        values.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    values
}

impl ApiRequest {
    /// Whether the method is `POST`.
    #[must_use]
    pub fn is_post(&self) -> bool {
        self.method == Method::POST
    }

    /// Whether the method is `OPTIONS`.
    #[must_use]
    pub fn is_options(&self) -> bool {
        self.method == Method::OPTIONS
    }

    /// The path of the route in template.yaml, such as `/applications/{token}`.
    #[must_use]
    pub fn route(&self) -> &str {
        &self.route
    }

    /// The path as the client sent it, without the stage.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A parameter of the path, as API Gateway decoded it; empty if the route has no such parameter.
    #[must_use]
    pub fn path_parameter(&self, name: &str) -> &str {
        self.path_parameters.get(name).map(String::as_str).unwrap_or_default()
    }

    /// A parameter of the query, as API Gateway decoded it. If it is repeated, the first value counts.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }
}
