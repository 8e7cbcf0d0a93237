//! Every method that a path has no route of its own for: 405 with those it has, and, where pages of
//! another origin are let in, the answer to their browsers' preflights.

mod routes;

use conversation::{Failure, Problem};
use function_environment::{Variables, start_log};
use http_api::{ApiRequest, Cors, Reply, method_not_allowed, serve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let variables = Variables::of_process();
    start_log(&variables);
    let cors = Cors::from_variables(&variables)?;
    let cors = cors.as_ref();
    serve("other-methods", move |request| async move { answer(&request, cors) }).await
}

fn answer(request: &ApiRequest, cors: Option<&Cors>) -> Result<Reply, Failure> {
    // Only a path of the template leads here.
    let methods = routes::methods(request.route()).ok_or(Problem::Internal)?;
    Ok(match cors {
        None => method_not_allowed(request, methods),
        Some(cors) if request.is_options() => cors.preflight(methods),
        Some(_) => method_not_allowed(request, &format!("{methods}, OPTIONS")),
    })
}
