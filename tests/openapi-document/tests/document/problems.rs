//! The document's problems are those that the server sends.

use std::collections::BTreeSet;

use deployment_template::Template;
use http_api::fixture::{Event, send};
use http_api::{ApiError, ApiRequest, Code, Endpoint, Reply, respond};
use openapi_document::{Node, Operation, Response};
use serde_json::Value;

const TEMPLATE: &str = include_str!("../../../../template.yaml");

/// The codes that functions and API Gateway send, each with its status.
fn sent() -> BTreeSet<(String, u16)> {
    let of_functions = Code::ALL.iter().map(|code| (code.as_str().to_owned(), code.status().as_u16()));
    let of_gateway = Template::parse(TEMPLATE).unwrap().gateway_responses;
    of_functions.chain(of_gateway.into_iter().map(|response| (response.code, response.status))).collect()
}

fn described() -> BTreeSet<&'static str> {
    Node::at("/components/schemas/Problem/properties/code/enum").texts().collect()
}

/// What a response's schema adds to the one of all problems.
fn own_schema(response: &Node) -> Option<Node> {
    let schema = response.get("content")?.get("application/problem+json")?.get("schema")?;
    schema.get("allOf")?.get("1")
}

/// The codes that a response's schema allows.
fn codes_of(response: &Node) -> BTreeSet<&'static str> {
    let Some(code) = own_schema(response).and_then(|schema| schema.get("properties")?.get("code")) else {
        return BTreeSet::new();
    };
    let one = code.value.get("const").and_then(Value::as_str);
    one.into_iter().chain(code.get("enum").iter().flat_map(Node::texts)).collect()
}

#[test]
fn the_document_has_exactly_the_codes_that_the_server_sends() {
    let (sent, described) = (sent(), described());
    let sent: BTreeSet<&str> = sent.iter().map(|(code, _)| code.as_str()).collect();
    assert!(sent.contains("invalid_fields") && sent.contains("too_many_requests"), "{sent:?}");
    let only_sent: Vec<_> = sent.difference(&described).collect();
    let only_described: Vec<_> = described.difference(&sent).collect();
    assert!(
        only_sent.is_empty() && only_described.is_empty(),
        "only sent: {only_sent:?}\nonly in openapi.json: {only_described:?}"
    );
}

#[test]
fn every_code_is_in_a_response_and_in_the_description() {
    let possible: BTreeSet<&str> =
        Node::at("/components/responses").members().flat_map(|(_, response)| codes_of(&response)).collect();
    assert_eq!(possible, described());
    let text = Node::at("/info/description").value.as_str().unwrap();
    for code in described() {
        assert!(text.contains(&format!("`{code}`")), "{code}");
    }
}

#[test]
fn every_problem_is_described_under_its_status() {
    let sent = sent();
    for operation in Operation::all() {
        for (status, response) in operation.responses() {
            let codes = codes_of(&response);
            if codes.is_empty() {
                assert!(status.starts_with(['2', '3']), "{} {status} has no codes", operation.name());
                continue;
            }
            let described = own_schema(&response).unwrap().value["properties"]["status"]["const"].to_string();
            assert_eq!(described, status, "{}", operation.name());
            for (code, sent_status) in sent.iter().filter(|(code, _)| codes.contains(code.as_str())) {
                assert_eq!(sent_status.to_string(), status, "{} {code}", operation.name());
            }
        }
    }
}

/// Refuses every request.
struct Refuse(Code);

impl Endpoint for Refuse {
    const NAME: &'static str = "refuse";

    async fn respond(&self, _: ApiRequest) -> Result<Reply, ApiError> {
        Err(self.0.into())
    }
}

/// A request to the operation. The values of its path parameters do not matter.
fn event(operation: &Operation) -> Event {
    Event::new(&operation.name(), &[])
}

#[tokio::test]
async fn every_example_has_the_texts_that_the_functions_send() {
    for code in Code::ALL {
        let example = Node::at(&format!("/components/examples/{}/value", code.as_str())).value;
        let (_, sent) = send(&Refuse(*code), event(&Operation::all()[0])).await;
        for member in ["type", "title", "status", "code"] {
            assert_eq!(example[member], sent[member], "{member}");
        }
        // Some details are about the fields, or the methods, of one request.
        if example.get("errors").is_none() && *code != Code::MethodNotAllowed {
            assert_eq!(example["detail"], sent["detail"], "{}", code.as_str());
        }
    }
}

#[tokio::test]
async fn every_operation_on_an_application_describes_how_access_is_refused() {
    let refusals = [
        Code::TokenRequired,
        Code::TokenRevoked,
        Code::AdminKeyRequired,
        Code::MalformedParameter,
        Code::ApplicationNotFound,
    ];
    let operations = Operation::all().into_iter().filter(|operation| operation.path.contains("{token}"));
    for operation in operations {
        // The operator's operations are open to the operator alone, disabled or not.
        let of_tenant = operation.is_of_tenant().then_some(Code::ApplicationDisabled);
        for code in refusals.into_iter().chain(of_tenant) {
            let response = respond(&Refuse(code), None, event(&operation).into()).await;
            let received = Response {
                status: response.status(),
                headers: response.headers(),
                content: str::from_utf8(response.body()).unwrap(),
            };
            received
                .check(&operation.method, operation.path)
                .unwrap_or_else(|error| panic!("{} {}: {error}", operation.name(), code.as_str()));
        }
    }
}
