use std::sync::LazyLock;

use jsonschema::Registry;
use serde_json::{Value, json};

use crate::Node;
use crate::node::DOCUMENT;

/// The URI of the document in the validator.
const URI: &str = "urn:chatlog:openapi";

static REGISTRY: LazyLock<Registry<'static>> =
    LazyLock::new(|| Registry::new().add(URI, &*DOCUMENT).unwrap().prepare().unwrap());

impl Node {
    /// Checks values against this schema.
    ///
    /// # Errors
    /// Each violation with its place in the value; or what is wrong with the schema, even if there are no values.
    pub fn validate<'v>(&self, values: impl IntoIterator<Item = &'v Value>) -> Result<(), String> {
        // A URI cannot contain the braces of a path.
        let fragment = self.pointer.replace('{', "%7B").replace('}', "%7D");
        let reference = json!({ "$ref": format!("{URI}#{fragment}") });
        let validator = jsonschema::options()
            .with_registry(&REGISTRY)
            .should_validate_formats(true)
            .build(&reference)
            .map_err(|error| error.to_string())?;
        let errors: Vec<String> = values
            .into_iter()
            .flat_map(|value| validator.iter_errors(value))
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        if errors.is_empty() { Ok(()) } else { Err(errors.join("; ")) }
    }
}
