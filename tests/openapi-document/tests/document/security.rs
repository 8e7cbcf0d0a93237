//! Which credentials the operations take.

use conversation::ApplicationId;
use http::Method;
use http_api::fixture::{Event, authenticator, send, token};
use http_api::{ApiError, ApiRequest, Authenticator, Endpoint, Reply};
use openapi_document::{Node, Operation};
use serde_json::{Value, json};

/// Only the operator may do this.
const OPERATOR: [&str; 5] =
    ["listApplications", "createApplication", "updateApplication", "patchApplication", "deleteApplication"];

/// The credentials that an operation takes, in order: a client needs one of them.
fn security(operation: &Operation) -> &'static Value {
    operation.node.value.get("security").unwrap_or(Node::at("/security").value)
}

#[test]
fn both_credentials_are_bearer_tokens() {
    for (name, scheme) in Node::at("/components/securitySchemes").members() {
        assert_eq!(
            (&scheme.value["type"], &scheme.value["scheme"]),
            (&json!("http"), &json!("bearer")),
            "{name}"
        );
    }
}

#[test]
fn an_operation_takes_the_credentials_of_those_who_may_call_it() {
    for operation in Operation::all() {
        let expected = if OPERATOR.contains(&operation.id()) {
            // None in an open deployment.
            json!([{ "adminKey": [] }, {}])
        } else if operation.path.contains("{token}") {
            // None if the token is in the path. A client that has both, such as the reference page, sends the last one,
            // which works for `self`.
            json!([{ "adminKey": [] }, { "token": [] }, {}])
        } else {
            json!([])
        };
        assert_eq!(security(&operation), &expected, "{}", operation.name());
        assert_eq!(operation.is_of_operator(), OPERATOR.contains(&operation.id()), "{}", operation.name());
        let is_of_tenant = operation.path.contains("{token}") && !operation.is_of_operator();
        assert_eq!(operation.is_of_tenant(), is_of_tenant, "{}", operation.name());
    }
}

#[test]
fn a_request_belongs_to_the_operation_of_its_method_and_path() {
    let id = |method, path| Operation::of_request(&method, path).map(|operation| operation.id());
    assert_eq!(id(Method::GET, "/applications?limit=2"), Some("listApplications"));
    assert_eq!(id(Method::POST, "/applications/"), Some("createApplication"));
    assert_eq!(id(Method::DELETE, "/applications/self"), Some("deleteApplication"));
    assert_eq!(id(Method::GET, "/applications/self/chats/1/messages/search?q=x"), Some("searchMessages"));
    assert_eq!(id(Method::DELETE, "/applications"), None);
    assert_eq!(id(Method::GET, "/nothing"), None);
}

#[test]
fn the_path_of_an_application_takes_self_a_token_or_an_id() {
    let parameter = Node::at("/components/parameters/Token");
    let examples = parameter.get("examples").unwrap();
    let example = |name: &str| examples.get(name).unwrap().value["value"].as_str().unwrap();
    let (token, id) = (example("token"), example("id"));
    assert_eq!((example("self"), token.len(), id.len()), ("self", 64, 22));
    let schema = parameter.get("schema").unwrap();
    schema.validate([&json!("self"), &json!(token), &json!(id)]).unwrap();
    // The last character of an id holds two bits, so most characters cannot be the last one.
    for refused in ["", "Self", &token[..63], &id[..21], &format!("{}B", &id[..21])] {
        assert!(schema.validate([&json!(refused)]).is_err(), "{refused}");
    }
}

#[test]
fn ids_and_tokens_have_the_form_of_their_schemas() {
    for bytes in [[0; 16], [0xff; 16], *b"an application 1"] {
        let id = ApplicationId::from_bytes(bytes);
        let token = token(&id, 7);
        for (schema, text) in [("ApplicationId", id.as_str()), ("Token", &token)] {
            Node::at(&format!("/components/schemas/{schema}")).validate([&json!(text)]).unwrap();
        }
    }
}

/// Finds out who a request comes from, and does nothing else.
struct Authenticate(Authenticator);

impl Endpoint for Authenticate {
    const NAME: &'static str = "authenticate";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        self.0.tenant(&request)?;
        Ok(Reply::no_content())
    }
}

#[tokio::test]
async fn the_example_of_two_tokens_is_what_the_functions_send() {
    let id = ApplicationId::from_bytes([7; 16]);
    let event = Event::new("GET /applications/{token}/chats", &[("token", &token(&id, 1))])
        .header("Authorization", &format!("Bearer {}", token(&id, 2)));
    let (status, mut sent) = send(&Authenticate(authenticator("open")), event).await;
    let example = Node::at("/components/examples/two_tokens/value").value;
    sent["request_id"] = example["request_id"].clone();
    assert_eq!((status, &sent), (400, example));
}
