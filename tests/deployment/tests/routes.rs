//! Every route of the template leads to a function that knows it.

// The SDK nests futures deeply.
#![recursion_limit = "256"]

use deployment::{Deployment, by_operator, template};
use deployment_template::Function;
use http_api::fixture::Event;

/// Every method and path that leads to a function, plus `TRACE`, which no path has, if the path has `ANY`.
fn routes(function: &Function) -> Vec<(String, String)> {
    let mut routes = Vec::new();
    for (path, methods) in function.routes.paths() {
        routes.extend(methods.into_iter().map(|method| (method.to_owned(), path.to_owned())));
        if function.routes.takes_any(path) {
            routes.push(("TRACE".to_owned(), path.to_owned()));
        }
    }
    routes
}

#[tokio::test]
async fn every_function_knows_its_routes() {
    let deployment = Deployment::start();
    let mut known = 0;
    for function in &template().functions {
        for (method, path) in routes(function) {
            let segments = path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
            let parameters: Vec<(&str, &str)> = segments.map(|name| (name, "1")).collect();
            let event = by_operator(Event::new(&format!("{method} {path}"), &parameters));
            let (status, body) = deployment.send(&function.name, event).await;
            assert!(
                (200..500).contains(&status),
                "{} responds to {method} {path} with {status}: {body}",
                function.name
            );
            known += 1;
        }
    }
    assert!(known > 25, "only {known}");
}
