//! Tests of `openapi.json`: that it says what the server does, and is what tools can read.

mod examples;
mod problems;
mod references;
mod routes;

use std::sync::LazyLock;

use serde_json::{Map, Value};

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../openapi.json")).unwrap());

/// The words for operations among the members of a path.
const METHODS: [&str; 8] = ["delete", "get", "head", "options", "patch", "post", "put", "trace"];

/// An operation of the document.
struct Operation {
    method: &'static str,
    path: &'static str,
    /// What the path says for all its methods.
    item: &'static Value,
    value: &'static Value,
}

impl Operation {
    fn name(&self) -> String {
        format!("{} {}", self.method.to_ascii_uppercase(), self.path)
    }

    fn id(&self) -> &'static str {
        self.value["operationId"].as_str().unwrap_or_default()
    }

    /// The parameters of the operation and of its path, as pairs of where each stands and its name.
    fn parameters(&self) -> Vec<(&'static str, &'static str)> {
        let lists = [&self.item["parameters"], &self.value["parameters"]];
        let each = lists.into_iter().filter_map(Value::as_array).flatten().map(resolved);
        each.map(|each| (each["in"].as_str().unwrap(), each["name"].as_str().unwrap())).collect()
    }
}

fn operations() -> Vec<Operation> {
    let methods_of = |(path, item): (&'static String, &'static Value)| {
        METHODS
            .into_iter()
            .filter_map(move |method| item.get(method).map(|value| Operation { method, path, item, value }))
    };
    members(&DOCUMENT["paths"]).iter().flat_map(methods_of).collect()
}

fn members(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap()
}

/// What a value means: itself, or what its `$ref` leads to.
fn resolved(value: &'static Value) -> &'static Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => target(reference).unwrap_or_else(|| panic!("{reference} leads nowhere")),
        None => value,
    }
}

fn target(reference: &str) -> Option<&'static Value> {
    DOCUMENT.pointer(reference.strip_prefix('#')?)
}

/// Every value of the document, with the JSON pointer to it.
fn all_values() -> Vec<(String, &'static Value)> {
    let mut found = Vec::new();
    let mut left = vec![(String::new(), &*DOCUMENT)];
    while let Some((place, value)) = left.pop() {
        match value {
            Value::Object(object) => {
                let escape = |name: &str| name.replace('~', "~0").replace('/', "~1");
                left.extend(object.iter().map(|(name, value)| (format!("{place}/{}", escape(name)), value)));
            }
            Value::Array(array) => {
                left.extend(
                    array.iter().enumerate().map(|(index, value)| (format!("{place}/{index}"), value)),
                );
            }
            _ => {}
        }
        found.push((place, value));
    }
    found
}

#[test]
fn the_document_is_of_this_version() {
    assert!(DOCUMENT["openapi"].as_str().unwrap().starts_with("3.1."));
    assert_eq!(DOCUMENT["info"]["version"], env!("CARGO_PKG_VERSION"));
}
