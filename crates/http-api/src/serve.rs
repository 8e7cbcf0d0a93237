use std::future::Future;
use std::time::Instant;

use conversation::Failure;
use function_environment::{Variables, chain};
use lambda_http::{Request, service_fn};

use crate::{ApiRequest, Cors, Reply, problem};

/// Answers requests with `handle` until the sandbox ends; writes one line of log for each.
///
/// Whether pages of other origins may see the answers is the same for all functions, and read here
/// (see [`Cors`]).
///
/// # Errors
/// Where `CORS_ALLOWED_ORIGIN` is malformed, or the Lambda runtime cannot be reached.
pub async fn serve<Handler, Answer>(function: &'static str, handle: Handler) -> Result<(), lambda_http::Error>
where
    Handler: Fn(ApiRequest) -> Answer,
    Answer: Future<Output = Result<Reply, Failure>> + Send,
{
    let cors = Cors::from_variables(&Variables::of_process())?;
    let (handle, cors) = (&handle, cors.as_ref());
    lambda_http::run(service_fn(move |request: Request| {
        let started = Instant::now();
        let request = ApiRequest::from(request);
        let request_id = request.request_id.clone();
        let answer = handle(request);
        async move {
            let reply = answer.await.unwrap_or_else(|failure| explain(function, failure, &request_id));
            let microseconds = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
            let (status, code) = (reply.status.as_u16(), reply.code);
            tracing::info!(target: "chatlog", function, request_id, status, code, microseconds, "answered");
            let mut response = reply.into_response();
            if let Some(cors) = cors {
                cors.open(response.headers_mut());
            }
            Ok::<_, std::convert::Infallible>(response)
        }
    }))
    .await
}

/// The client is told the problem; what caused it goes to the log alone.
fn explain(function: &'static str, failure: Failure, request_id: &str) -> Reply {
    if let Some(cause) = &failure.cause {
        tracing::error!(target: "chatlog", function, request_id, problem = ?failure.problem, cause = chain(cause.as_ref()), "failed");
    }
    problem::reply(failure.problem, request_id)
}
