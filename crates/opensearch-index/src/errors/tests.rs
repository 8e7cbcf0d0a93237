//! The error of a failed request must not contain any text, nor the URL, of which the application's id is a part.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

use conversation::fake::FakeIndexState;
use conversation::fake::samples::{chat_id, first_page, indexed_message};
use conversation::ports::{IndexMessages, SearchMessages, StoreError};
use conversation::{ApplicationId, ChatId, IndexChange, IndexState, SearchText, error_chain};
use function_environment::{Environment, Variables};
use url::Url;

use crate::MessageIndex;
use crate::client::IndexClient;

type Index = MessageIndex<FakeIndexState>;

/// The routing value of every search begins with it.
const APPLICATION: &str = "ckJ2h5bA4wqXFGzGJ0TzMA";
/// The text of the search and of the message.
const TEXT: &str = "swordfish";
const SHORT: Duration = Duration::from_millis(20);
const LONG: Duration = Duration::from_secs(20);

fn chat() -> ChatId {
    chat_id(&ApplicationId::parse(APPLICATION).unwrap(), 1)
}

fn index_at(listener: &TcpListener, timeout: Duration) -> Index {
    let variables = Variables::from_iter([
        ("AWS_REGION", "eu-central-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ]);
    let environment = Environment::new(variables).unwrap();
    let endpoint = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let client = IndexClient::new(&environment.sdk, endpoint, "messages", timeout).unwrap();
    let state = FakeIndexState::default();
    state.set(IndexState::FIRST);
    MessageIndex::new(client, state).after_first_use()
}

fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").unwrap()
}

async fn search(index: &Index) -> Result<(), StoreError> {
    index.search(&chat(), &SearchText::parse(TEXT).unwrap(), &first_page()).await.map(drop)
}

async fn put(index: &Index) -> Result<(), StoreError> {
    index.index(&[IndexChange::Put(indexed_message(&chat(), 1, 1, TEXT))]).await.map(drop)
}

/// Checks that the error reveals nothing, and returns its chain.
fn harmless(result: Result<(), StoreError>) -> String {
    let error = result.unwrap_err();
    let chain = error_chain(&error);
    for hidden in [APPLICATION, TEXT, "http", "routing"] {
        assert!(!chain.contains(hidden), "{hidden} in {chain}");
        assert!(!format!("{error:?}").contains(hidden), "{hidden} in {error:?}");
    }
    chain
}

fn response(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// A server that responds to two requests.
fn respond_in_order(listener: TcpListener, responses: [String; 2]) -> JoinHandle<()> {
    spawn(move || {
        for response in responses {
            let (mut connection, _) = listener.accept().unwrap();
            // The response must not come before the request has begun, nor the end before the client has read it.
            let _ = connection.read(&mut [0; 1]).unwrap();
            connection.write_all(response.as_bytes()).unwrap();
            let _ = connection.read_to_end(&mut Vec::new());
        }
    })
}

/// The error chains of a search and of a bulk request, to both of which the server responds with `status` and `body`.
async fn failures(status: &str, body: &str) -> [String; 2] {
    let listener = listen();
    let index = index_at(&listener, LONG);
    let server = respond_in_order(listener, [response(status, body), response(status, body)]);
    let chains = [harmless(search(&index).await), harmless(put(&index).await)];
    server.join().unwrap();
    chains
}

#[tokio::test]
async fn a_refused_connection_is_reported_without_the_url() {
    let listener = listen();
    let index = index_at(&listener, LONG);
    drop(listener);
    for chain in [harmless(search(&index).await), harmless(put(&index).await)] {
        assert!(chain.contains("could not connect to OpenSearch"), "{chain}");
        assert!(chain.contains("Connection refused"), "{chain}");
    }
}

#[tokio::test]
async fn a_timeout_is_reported_without_the_url() {
    let listener = listen();
    let index = index_at(&listener, SHORT);
    for chain in [harmless(search(&index).await), harmless(put(&index).await)] {
        assert_eq!(chain, "the store failed: OpenSearch did not respond in time: operation timed out");
    }
}

#[tokio::test]
async fn a_refusal_is_reported_by_its_status_and_type() {
    let quoted = format!(r#"{{"type":"mapper_parsing_exception","reason":"'{APPLICATION}#1#1': '{TEXT}'"}}"#);
    let body = format!(
        r#"{{"error":{{"root_cause":[{quoted}],"type":"all_shards_failed","reason":"{TEXT}"}},"status":400}}"#
    );
    let expected =
        "the store failed: OpenSearch refused the request with status 400 (mapper_parsing_exception)";
    assert_eq!(failures("400 Bad Request", &body).await, [expected, expected]);
}

#[tokio::test]
async fn a_refusal_that_quotes_the_url_is_reported_by_its_status() {
    let uri = format!("/messages/_search?routing={APPLICATION}%231");
    let expected = "the store failed: OpenSearch refused the request with status 403 (no error type)";
    for body in [
        format!(r#"{{"error":"no handler found for uri [{uri}]"}}"#),
        format!(r#"{{"message":"The Canonical String for this request should have been 'POST\n{uri}"}}"#),
        format!("<html>{uri}</html>"),
    ] {
        assert_eq!(failures("403 Forbidden", &body).await, [expected, expected], "{body}");
    }
}

#[tokio::test]
async fn a_malformed_response_is_reported_without_its_values() {
    let document =
        format!(r#"{{"chat":"{APPLICATION}#1","number":"{TEXT}","body":"","created_at":0,"updated_at":0}}"#);
    let body = format!(
        r#"{{"hits":{{"hits":[{{"_source":{document},"sort":[1,1]}}]}},"items":[{{"index":{{"status":"{TEXT}"}}}}]}}"#
    );
    for chain in failures("200 OK", &body).await {
        assert!(
            chain.starts_with("the store failed: could not read OpenSearch's response: Data error at line 1")
        );
    }
}

#[tokio::test]
async fn a_bulk_request_fails_if_the_index_has_no_room_for_any_change() {
    let refused = format!(
        r#"{{"index":{{"status":429,"error":{{"type":"rejected_execution_exception","reason":"{TEXT}"}}}}}}"#
    );
    let listener = listen();
    let index = index_at(&listener, LONG);
    let changes = [1, 2].map(|number| IndexChange::Put(indexed_message(&chat(), number, 1, TEXT)));
    let items = [format!("{refused},{refused}"), format!("{refused},{{\"index\":{{\"status\":201}}}}")];
    let bodies = items.map(|items| format!(r#"{{"items":[{items}]}}"#));
    let server = respond_in_order(listener, bodies.map(|body| response("200 OK", &body)));
    let expected =
        "the store failed: OpenSearch refused the request with status 429 (rejected_execution_exception)";
    assert_eq!(harmless(index.index(&changes).await.map(drop)), expected);
    assert_eq!(index.index(&changes).await.unwrap(), [0], "it had room for one of them");
    server.join().unwrap();
}
