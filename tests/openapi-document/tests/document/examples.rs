//! The schemas are valid, and every example matches its schema.

use openapi_document::{Node, all_values};
use serde_json::Value;

#[track_caller]
fn assert_match(schema: &str, examples: &[&Value]) {
    Node::at(schema).validate(examples.iter().copied()).unwrap_or_else(|error| panic!("{schema}: {error}"));
}

#[test]
fn every_schema_is_valid_and_matches_its_own_examples() {
    for (pointer, schema) in all_values().into_iter().filter(|(pointer, _)| pointer.ends_with("/schema")) {
        assert!(jsonschema::meta::is_valid(schema), "{pointer}");
    }
    for (name, schema) in Node::at("/components/schemas").members() {
        assert!(jsonschema::meta::is_valid(schema.value), "{name}");
        let examples: Vec<&Value> =
            schema.value.get("examples").and_then(Value::as_array).into_iter().flatten().collect();
        assert_match(&format!("/components/schemas/{name}"), &examples);
    }
}

#[test]
fn examples_beside_a_schema_match_it() {
    let mut checked = 0;
    for (pointer, owner) in all_values() {
        if !owner.as_object().is_some_and(|owner| owner.contains_key("schema")) {
            continue;
        }
        let named = Node::find(&format!("{pointer}/examples"));
        let named = named.iter().flat_map(Node::members).map(|(_, example)| &example.value["value"]);
        let examples: Vec<&Value> = owner.get("example").into_iter().chain(named).collect();
        assert_match(&format!("{pointer}/schema"), &examples);
        checked += examples.len();
    }
    assert!(checked > 50, "only {checked} examples");
}
