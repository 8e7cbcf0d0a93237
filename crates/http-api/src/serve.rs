use std::convert::Infallible;
use std::time::Instant;

use conversation::error_chain;
use function_environment::Variables;
use function_log::{invocation, start_log};
use lambda_http::{Body, Error, Request, RequestExt, Response, service_fn};
use tracing::{Instrument, Span};

use crate::request::gateway_context;
use crate::{ApiError, ApiRequest, Cors, Reply};

/// What one function does with a request.
#[trait_variant::make(Send)]
pub trait Endpoint: Send + Sync {
    /// The function's name in the log: that of its folder and binary.
    const NAME: &'static str;

    /// The reply to a request.
    ///
    /// # Errors
    /// The client gets the error's problem, and the log its cause.
    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError>;
}

/// Runs a function: responds to requests until its sandbox ends.
///
/// # Errors
/// `CORS_ALLOWED_ORIGIN` is malformed, or the Lambda runtime cannot be reached.
pub async fn serve(endpoint: impl Endpoint, variables: &Variables) -> Result<(), Error> {
    start_log(variables.get("AWS_LAMBDA_LOG_LEVEL"));
    let cors = Cors::from_variables(variables)?;
    let (endpoint, cors) = (&endpoint, cors.as_ref());
    let handle = move |request| async move { Ok::<_, Infallible>(respond(endpoint, cors, request).await) };
    lambda_http::run(service_fn(handle)).await
}

/// The response to one event of API Gateway, errors and CORS headers included; also logs it.
pub async fn respond<E: Endpoint>(endpoint: &E, cors: Option<&Cors>, request: Request) -> Response<Body> {
    let started = Instant::now();
    let span = span::<E>(&request);
    let request = ApiRequest::from(request);
    let request_id = request.request_id.clone();
    let answer = async {
        let reply = endpoint.respond(request).await.unwrap_or_else(|error| explain(error, &request_id));
        let microseconds = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        let (status, code) = (reply.status.as_u16(), reply.code.map(crate::Code::as_str));
        tracing::info!(target: "chatlog", status, code, microseconds, "answered");
        reply
    };
    let mut response = answer.instrument(span).await.into_response();
    if let Some(cors) = cors {
        cors.allow(response.headers_mut());
    }
    response
}

fn span<E: Endpoint>(request: &Request) -> Span {
    let request_id = gateway_context(request).and_then(|context| context.request_id.as_deref());
    let context = request.lambda_context_ref();
    let aws_request_id = context.map(|context| context.request_id.as_str()).unwrap_or_default();
    let trace_id = context.and_then(|context| context.xray_trace_id.as_deref());
    invocation(E::NAME, request_id, aws_request_id, trace_id)
}

/// The client is told the problem; only the log is told the cause.
fn explain(error: ApiError, request_id: &str) -> Reply {
    if let Some(cause) = error.cause {
        let (code, cause) = (error.problem.code.as_str(), error_chain(cause.as_ref()));
        tracing::error!(target: "chatlog", code, cause, "request failed");
    }
    Reply::problem(&error.problem, request_id)
}
