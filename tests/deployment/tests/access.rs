//! Every route of an application admits who may use it, at the cost that is promised: a token proves itself, and whether it
//! was revoked is read once and remembered.

// The SDK nests futures deeply.
#![recursion_limit = "256"]

use conversation::ApplicationId;
use deployment::{Deployment, by_operator, template};
use http_api::fixture::{self, Event};
use serde_json::{Value, json};

/// A route below `/applications/{token}` and the function that it leads to.
struct Route {
    function: String,
    method: String,
    path: String,
}

impl Route {
    fn all() -> Vec<Self> {
        let mut routes = Vec::new();
        for function in &template().functions {
            for (path, methods) in function.routes.paths().filter(|(path, _)| path.contains("{token}")) {
                routes.extend(methods.into_iter().map(|method| Self {
                    function: function.name.clone(),
                    method: method.to_owned(),
                    path: path.to_owned(),
                }));
            }
        }
        assert!(routes.len() > 15, "only {}", routes.len());
        routes
    }

    fn is_operators(&self) -> bool {
        ["update-application", "delete-application"].contains(&&*self.function)
    }

    /// A valid request with this token in the path, without credentials in the header.
    fn bare_event(&self, token: &str) -> Event {
        let parameters = [("token", token), ("chat", "1"), ("message", "1")];
        let parameters =
            parameters.into_iter().filter(|(name, _)| self.path.contains(&format!("{{{name}}}")));
        let route = format!("{} {}", self.method, self.path);
        let event = Event::new(&route, &parameters.collect::<Vec<_>>());
        match self.method.as_str() {
            "GET" if self.function == "search" => event.query(&[("q", "hello")]),
            "GET" | "DELETE" => event,
            _ => event.json(&json!({ "name": "Tea house", "body": "hello", "query": "hello" })),
        }
    }

    /// The same, with the admin key if the route needs it.
    fn event(&self, token: &str) -> Event {
        let event = self.bare_event(token);
        if self.is_operators() { by_operator(event) } else { event }
    }
}

struct Tenant {
    id: String,
    token: String,
}

/// An application with a chat that has a message.
async fn tenant(deployment: &Deployment) -> Tenant {
    let event = by_operator(Event::new("POST /applications", &[])).json(&json!({ "name": "Tea house" }));
    let (_, application) = deployment.send("create-application", event).await;
    let text = |name: &str| application[name].as_str().unwrap().to_owned();
    let tenant = Tenant { id: text("id"), token: text("token") };
    for function in ["create-chat", "create-message"] {
        let routes = Route::all();
        let route = routes.iter().find(|route| route.function == function).unwrap();
        assert_eq!(deployment.send(function, route.event(&tenant.token)).await.0, 201);
    }
    assert_eq!(deployment.persist(&deployment.take_writes()).await, 0);
    deployment.forget_calls();
    tenant
}

async fn rotate(deployment: &Deployment, token: &str) {
    let event = Event::new("POST /applications/{token}/token", &[("token", token)]);
    assert_eq!(deployment.send("rotate-token", event).await.0, 201);
}

fn code(body: &Value) -> &str {
    body["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_process_reads_once_whether_a_token_was_revoked() {
    let deployment = Deployment::start();
    for route in Route::all() {
        let (path, method) = (&route.path, &route.method);
        let mut reads = Vec::new();
        for requests in [1, 2] {
            let event = route.event(&tenant(&deployment).await.token);
            deployment.send_each(&route.function, vec![event; requests]).await;
            let calls = deployment.stubs.recording.take();
            reads
                .push(calls.iter().filter(|recorded| recorded.call.name() == "GetItem Applications").count());
        }
        let (first, second) = (reads[0], reads[1] - reads[0]);
        let expected = match route.function.as_str() {
            // They act on what is true now: the next version, an application that is not deleted yet.
            "rotate-token" | "delete-application" => (1, 1),
            // The application that it returns has the version.
            "read" if path == "/applications/{token}" => (1, 1),
            // The condition of its update is about the version.
            "update-application" => (0, 0),
            _ => (1, 0),
        };
        assert_eq!((first, second), expected, "{method} {path}");
    }
}

#[tokio::test]
async fn a_refused_credential_costs_no_call() {
    let deployment = Deployment::start();
    let (one, other) = (tenant(&deployment).await, tenant(&deployment).await);
    let id = ApplicationId::parse(&one.id).unwrap();
    // 20 signed bytes are 26 characters and a part of the next one.
    let mac_of_another_id = format!("{}{}", &one.token[..26], &other.token[26..]);
    let of_another_deployment = fixture::token(&id, 1);
    let cut_short = &one.token[..63];
    for route in Route::all() {
        let (path, method) = (&route.path, &route.method);
        for token in [cut_short, &of_another_deployment, &mac_of_another_id, "x"] {
            let (status, body) = deployment.send(&route.function, route.event(token)).await;
            assert_eq!((status, code(&body)), (404, "application_not_found"), "{method} {path} {token}");
            if !route.is_operators() {
                let event = route.event("self").header("Authorization", &format!("Bearer {token}"));
                let (status, body) = deployment.send(&route.function, event).await;
                assert_eq!((status, code(&body)), (404, "application_not_found"), "{method} {path} {token}");
            }
        }
        let problems = if route.is_operators() {
            ["admin_key_required"; 2]
        } else {
            ["token_required", "admin_key_required"]
        };
        for (token, expected) in ["self", &one.id].into_iter().zip(problems) {
            let (status, body) = deployment.send(&route.function, route.bare_event(token)).await;
            assert_eq!((status, code(&body)), (401, expected), "{method} {path} {token}");
        }
    }
    assert_eq!(deployment.stubs.recording.take().len(), 0);
}

#[tokio::test]
async fn a_revoked_token_queues_nothing() {
    let deployment = Deployment::start();
    for route in Route::all() {
        let (path, method) = (&route.path, &route.method);
        let tenant = tenant(&deployment).await;
        rotate(&deployment, &tenant.token).await;
        let (status, body) = deployment.send(&route.function, route.event(&tenant.token)).await;
        assert_eq!((status, code(&body)), (401, "token_revoked"), "{method} {path}");
        assert_eq!(deployment.take_writes(), [], "{method} {path}");
    }
}

#[tokio::test]
async fn every_route_takes_a_token_in_the_header_and_the_id_from_the_operator() {
    let deployment = Deployment::start();
    for route in Route::all() {
        let (path, method) = (&route.path, &route.method);
        let with_token = route.event(&tenant(&deployment).await.token);
        let with_id = by_operator(route.bare_event(&tenant(&deployment).await.id));
        let mut statuses = Vec::new();
        for event in [with_token, with_id] {
            statuses.push(deployment.send(&route.function, event).await.0);
        }
        if !route.is_operators() {
            let token = tenant(&deployment).await.token;
            let in_header = route.bare_event("self").header("Authorization", &format!("Bearer {token}"));
            statuses.push(deployment.send(&route.function, in_header).await.0);
        }
        assert!(statuses.iter().all(|status| (200..300).contains(status)), "{method} {path}: {statuses:?}");
    }
}
