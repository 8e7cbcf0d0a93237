//! The document's schemas are schemas, and its examples are examples of them.

use jsonschema::Registry;
use serde_json::{Value, json};

use super::{DOCUMENT, all_values, members, resolved};

/// The name under which the document is known to the validator.
const NAME: &str = "urn:chatlog:openapi";

/// Checks examples against the schema at a place of the document.
fn assert_fit(place: &str, examples: &[&Value]) {
    let registry = Registry::new().add(NAME, &*DOCUMENT).unwrap().prepare().unwrap();
    // In a URI, the braces of a path's template are written so.
    let fragment = place.replace('{', "%7B").replace('}', "%7D");
    let schema = json!({ "$ref": format!("{NAME}#{fragment}") });
    let validator = jsonschema::options()
        .with_registry(&registry)
        .should_validate_formats(true)
        .build(&schema)
        .unwrap_or_else(|error| panic!("{place}: {error}"));
    for example in examples {
        let errors: Vec<String> = validator.iter_errors(example).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{place}: {example} is no example: {errors:?}");
    }
}

#[test]
fn every_schema_is_one() {
    for (place, schema) in all_values().into_iter().filter(|(place, _)| place.ends_with("/schema")) {
        assert!(jsonschema::meta::is_valid(schema), "{place}");
    }
    for (name, schema) in members(&DOCUMENT["components"]["schemas"]) {
        assert!(jsonschema::meta::is_valid(schema), "{name}");
        let examples: Vec<&Value> =
            schema.get("examples").and_then(Value::as_array).into_iter().flatten().collect();
        assert_fit(&format!("/components/schemas/{name}"), &examples);
    }
}

#[test]
fn what_stands_beside_a_schema_as_its_example_fits_it() {
    let mut checked = 0;
    for (place, owner) in all_values() {
        let Some(owner) = owner.as_object().filter(|owner| owner.contains_key("schema")) else { continue };
        let named = owner.get("examples").into_iter().flat_map(members);
        let named = named.map(|(_, example)| &resolved(example)["value"]);
        let examples: Vec<&Value> = owner.get("example").into_iter().chain(named).collect();
        assert_fit(&format!("{place}/schema"), &examples);
        checked += examples.len();
    }
    assert!(checked > 50, "only {checked}");
}
