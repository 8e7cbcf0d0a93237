//! The smallest function of the crates that Chatlog's functions are made of: the same runtime, the same log with one
//! line a request, and nothing behind it.

use std::convert::Infallible;
use std::time::Instant;

use function_environment::{Variables, start_log};
use lambda_http::{Body, Request, Response, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    start_log(&Variables::of_process());
    run(service_fn(async |_: Request| {
        let started = Instant::now();
        let reply = Response::new(Body::from("hello, world"));
        let microseconds = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        tracing::info!(target: "chatlog", function = "hello-world", status = 200, microseconds, "answered");
        Ok::<_, Infallible>(reply)
    }))
    .await
}
