//! The smallest function of the same runtime and log as Chatlog's functions: one log line a request, nothing behind it.

use std::convert::Infallible;
use std::time::Instant;

use function_environment::Variables;
use function_log::{invocation_span, start_log};
use lambda_http::{Body, Request, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    start_log(&Variables::from_iter([("STACK_NAME", "hello-world")]))?;
    run(service_fn(async |_: Request| {
        let started = Instant::now();
        let _span = invocation_span("hello-world", None, "", None).entered();
        let response = Response::new(Body::from("hello, world"));
        let microseconds = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::info!(target: "chatlog", status = 200, microseconds, "responded");
        Ok::<_, Infallible>(response)
    }))
    .await
}
