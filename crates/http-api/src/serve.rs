use std::convert::Infallible;
use std::time::{Duration, Instant};

use conversation::error_chain;
use function_environment::Variables;
use function_log::{ALWAYS, Metric, Metrics, invocation_span, start_log};
use lambda_http::{Body, Error, Request, RequestExt, Response, service_fn};
use tracing::{Instrument, Span};

use crate::request::gateway_context;
use crate::{ApiError, ApiRequest, Code, Cors, Reply};

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
/// `STACK_NAME` is missing, `CORS_ALLOWED_ORIGIN` is malformed, or the Lambda runtime cannot be reached.
pub async fn serve(endpoint: impl Endpoint, variables: &Variables) -> Result<(), Error> {
    start_log(variables)?;
    let cors = Cors::from_variables(variables)?;
    let (endpoint, cors) = (&endpoint, cors.as_ref());
    let handle = move |request| async move { Ok::<_, Infallible>(respond(endpoint, cors, request).await) };
    lambda_http::run(service_fn(handle)).await
}

/// Responds to one event of API Gateway and logs it. CORS headers are on every response, problems included.
pub async fn respond<E: Endpoint>(endpoint: &E, cors: Option<&Cors>, request: Request) -> Response<Body> {
    let started = Instant::now();
    let span = request_span::<E>(&request);
    let request = ApiRequest::from(request);
    let request_id = request.request_id.clone();
    let reply = async {
        let reply = endpoint.respond(request).await.unwrap_or_else(|error| explain(error, &request_id));
        log_reply(&reply, started.elapsed());
        reply
    };
    let mut response = reply.instrument(span).await.into_response();
    if let Some(cors) = cors {
        cors.allow(response.headers_mut());
    }
    response
}

/// One line for each request. Those with a problem are counted by its code, and so logged at every level; the others are
/// counted by API Gateway.
fn log_reply(reply: &Reply, took: Duration) {
    let status = reply.status.as_u16();
    let microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    match reply.code.map(Code::as_str) {
        None => tracing::info!(target: "chatlog", status, microseconds, "responded"),
        Some(code) => {
            let metrics = Metrics::default().count(Metric::Problems, 1);
            tracing::info!(target: ALWAYS, status, microseconds, code, metrics = %metrics, "responded");
        }
    }
}

fn request_span<E: Endpoint>(request: &Request) -> Span {
    let request_id = gateway_context(request).and_then(|context| context.request_id.as_deref());
    let context = request.lambda_context_ref();
    let aws_request_id = context.map(|context| context.request_id.as_str()).unwrap_or_default();
    let trace_id = context.and_then(|context| context.xray_trace_id.as_deref());
    invocation_span(E::NAME, request_id, aws_request_id, trace_id)
}

/// The client is told the problem; only the log is told the cause.
fn explain(error: ApiError, request_id: &str) -> Reply {
    if let Some(cause) = error.cause {
        let (code, cause) = (error.problem.code.as_str(), error_chain(cause.as_ref()));
        tracing::error!(target: "chatlog", code, cause, "request failed");
    }
    Reply::problem(&error.problem, request_id)
}

#[cfg(test)]
mod tests {
    use conversation::ports::StoreError;
    use conversation::{Failure, Problem};
    use function_log::CapturedLog;
    use lambda_http::Context;
    use serde_json::{Value, json};
    use tracing::Level;

    use super::*;
    use crate::fixture::{Event, authenticator};

    /// Does what the header `Authorization` says, or returns 204.
    struct Scripted;

    impl Endpoint for Scripted {
        const NAME: &'static str = "fails";

        async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
            match request.authorization.as_deref() {
                Some("admitted") => {
                    authenticator("open").operator(&request)?;
                    Ok(Reply::no_content())
                }
                Some("refused") => Err(Problem::ChatNotFound.into()),
                Some("throttled") => Err(Failure::from(StoreError::new("throttled by AWS")).into()),
                _ => Ok(Reply::no_content()),
            }
        }
    }

    /// The response, and the lines of the log.
    async fn run(authorization: &str, cors: Option<&Cors>) -> (Response<Body>, Vec<Value>) {
        run_at(Level::INFO, authorization, cors).await
    }

    async fn run_at(level: Level, authorization: &str, cors: Option<&Cors>) -> (Response<Body>, Vec<Value>) {
        let mut context = Context::default();
        context.request_id = "aws-1".to_owned();
        context.xray_trace_id = Some("Root=1-2".to_owned());
        let path = [("token", "BwcHBwcHBwcHBwcHBwcHBw")];
        let event = Event::new("GET /applications/{token}", &path).header("Authorization", authorization);
        let request = Request::from(event).with_lambda_context(context);
        let log = CapturedLog::start(level);
        let response = respond(&Scripted, cors, request).await;
        (response, log.lines())
    }

    /// What tells the lines of a request from those of others.
    fn ids(line: &Value) -> [&str; 4] {
        ["function", "request_id", "aws_request_id", "trace_id"].map(|name| line[name].as_str().unwrap())
    }

    const IDS: [&str; 4] = ["fails", "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", "aws-1", "1-2"];

    #[tokio::test]
    async fn a_request_is_logged_once_with_its_ids() {
        let (response, lines) = run("", None).await;
        assert_eq!(response.status(), 204);
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((&line["level"], &line["message"]), (&json!("INFO"), &json!("responded")));
        assert_eq!((&line["status"], line.get("code")), (&json!(204), None));
        assert!(line["microseconds"].is_u64());
        assert_eq!(ids(line), IDS);
        assert_eq!(line.get("_aws"), None, "API Gateway counts it");
    }

    #[tokio::test]
    async fn the_log_names_the_application_of_an_admitted_request() {
        let (_, lines) = run("admitted", None).await;
        assert_eq!(lines[0]["application"], "BwcHBwcHBwcHBwcHBwcHBw");
    }

    #[tokio::test]
    async fn a_refusal_is_no_error_in_the_log() {
        let (response, lines) = run("refused", None).await;
        assert_eq!(response.status(), 404);
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((&line["status"], &line["code"]), (&json!(404), &json!("chat_not_found")));
    }

    #[tokio::test]
    async fn problems_are_counted_by_their_code_at_every_level() {
        let (_, lines) = run_at(Level::ERROR, "refused", None).await;
        let [line] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((&line["message"], &line["Problems"]), (&json!("responded"), &json!(1)));
        assert_eq!((&line["stack"], &line["code"]), (&json!("chatlog"), &json!("chat_not_found")));
        let directive = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(directive["Dimensions"], json!([["stack", "code"]]));
        assert_eq!(directive["Metrics"], json!([{ "Name": "Problems", "Unit": "Count" }]));
        let (_, lines) = run_at(Level::WARN, "", None).await;
        assert_eq!(lines, Vec::<Value>::new(), "only a success depends on the level");
    }

    #[tokio::test]
    async fn only_the_log_has_the_cause_of_a_failure() {
        let (response, lines) = run("throttled", None).await;
        let document: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(document["code"], "temporarily_unavailable");
        assert_eq!(document["request_id"], "c6af9ac6-7b61-11e6-9a41-93e8deadbeef");
        assert!(!document.to_string().contains("AWS"), "{document}");
        let [error, answered] = lines.as_slice() else { panic!("{lines:?}") };
        assert_eq!((&error["level"], &error["message"]), (&json!("ERROR"), &json!("request failed")));
        assert_eq!(error["code"], "temporarily_unavailable");
        assert_eq!(error["cause"], "the store failed: throttled by AWS");
        assert_eq!((ids(error), ids(answered)), (IDS, IDS));
        assert_eq!(answered["status"], 503);
    }

    #[tokio::test]
    async fn problems_have_cors_headers_too() {
        let cors = Cors::from_variables(&Variables::from_iter([("CORS_ALLOWED_ORIGIN", "*")])).unwrap();
        for authorization in ["", "refused"] {
            let (response, _) = run(authorization, cors.as_ref()).await;
            assert_eq!(response.headers()["access-control-allow-origin"], "*");
        }
        let (response, _) = run("", None).await;
        assert!(!response.headers().contains_key("access-control-allow-origin"));
    }
}
