//! `GET` and `POST` `/applications/{token}/chats/{chat}/messages/search`.

mod handler;

use conversation::Failure;
use conversation::ports::HitCursor;
use dynamodb_tables::Counters;
use function_environment::{Patience, Variables, sdk_config, start_log};
use http_api::{ApiRequest, Fields, OpaqueCursor, Reply, chat_id, hit, opaque_after, page_request, serve};
use opensearch_index::MessageIndex;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let variables = Variables::of_process();
    start_log(&variables);
    let config = sdk_config(&variables, Patience::Request)?;
    let counters =
        Counters::new(&config, variables.required("COUNTERS_TABLE", "the name of the table of counters")?);
    let index = MessageIndex::new(
        &config,
        &variables.url("OPENSEARCH_ENDPOINT", "the URL of the OpenSearch domain")?,
    )?;
    let (counters, index) = (&counters, &index);
    serve("search", move |request| answer(request, counters, index)).await
}

/// The text is `query` in the fields of a POST and `q` in the query of a GET; paging stands in the query,
/// or beside `query`.
async fn answer(request: ApiRequest, counters: &Counters, index: &MessageIndex) -> Result<Reply, Failure> {
    let chat = chat_id(&request)?;
    let mut fields = if request.is_post() { Fields::of(&request)? } else { Fields::of_query(&request) };
    let text = fields.search_text(if request.is_post() { "query" } else { "q" })?;
    // What is malformed is refused, even where the query counts in its place.
    page_request(|name| fields.plain(name), opaque_after::<HitCursor>)?;
    let get = |name: &str| request.query(name).map(str::to_owned).or_else(|| fields.plain(name));
    let page = page_request(get, opaque_after::<HitCursor>)?;
    let found = handler::search(&chat, &text, &page, index, counters).await?;
    // The link leads to the GET form on the same path.
    Ok(Reply::page(&found, &page, hit, |last| HitCursor::from(last).encode(), &[("q", text.as_str())]))
}
