//! Tests of `openapi.json`: it describes what the server does, and tools can read it.

mod examples;
mod problems;
mod references;
mod routes;
mod security;

use openapi_document::Node;

#[test]
fn the_document_has_the_version_of_the_packages() {
    assert!(Node::at("/openapi").value.as_str().unwrap().starts_with("3.1."));
    assert_eq!(Node::at("/info/version").value, env!("CARGO_PKG_VERSION"));
}
