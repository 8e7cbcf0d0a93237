//! `GET /openapi.json`, and `GET /docs`: a page that shows the document and tries its operations out.

#[cfg(test)]
mod document;
mod files;
mod handler;

use function_environment::{Variables, start_log};
use http_api::serve;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    start_log(&Variables::of_process());
    serve("reference", async |request| handler::answer(&request)).await
}
