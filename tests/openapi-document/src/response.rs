#[cfg(test)]
mod tests;

use http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use crate::{Node, Operation};

/// What API Gateway responds to a request that no operation takes: status, and name among the document's responses.
const WITHOUT_OPERATION: [(u16, &str); 5] = [
    (404, "RouteNotFound"),
    (405, "MethodNotAllowed"),
    (413, "RequestTooLarge"),
    (429, "TooManyRequests"),
    (503, "UnavailableForRead"),
];

/// A response, as a client receives it.
#[derive(Debug, Clone, Copy)]
pub struct Response<'a> {
    pub status: StatusCode,
    pub headers: &'a HeaderMap,
    pub content: &'a str,
}

impl Response<'_> {
    /// Checks that the document describes this response to a request for `path`, relative to the API's base URL.
    ///
    /// # Errors
    /// What the document does not describe.
    pub fn check(&self, method: &Method, path: &str) -> Result<(), String> {
        // The document does not describe CORS: OPTIONS is not an operation, and its 204 is for browsers.
        if method == Method::OPTIONS && self.status == StatusCode::NO_CONTENT {
            return Ok(());
        }
        let described = described(method, path, self.status)
            .ok_or_else(|| format!("{} is not a status of this operation", self.status))?;
        self.check_headers(&described)?;
        // A response to HEAD has no content, but the headers of one that has.
        if method == Method::HEAD { Ok(()) } else { self.check_content(&described) }
    }

    fn check_headers(&self, described: &Node) -> Result<(), String> {
        let headers = described.get("headers");
        for (name, header) in headers.iter().flat_map(Node::members) {
            let Some(text) = self.header(name) else {
                if header.value["required"] == true {
                    return Err(format!("the header {name} is missing"));
                }
                continue;
            };
            let schema = header.get("schema").unwrap();
            let number = text.parse::<u64>().ok().filter(|_| schema.value["type"] == "integer");
            let value = number.map_or_else(|| json!(text), |number| json!(number));
            schema.validate([&value]).map_err(|error| format!("header {name}: {error}"))?;
        }
        Ok(())
    }

    fn check_content(&self, described: &Node) -> Result<(), String> {
        let Some(content) = described.get("content") else {
            return if self.content.is_empty() {
                Ok(())
            } else {
                Err("it should have no content".to_owned())
            };
        };
        let media_type = self.header("content-type").unwrap_or_default();
        let media_type = media_type.split(';').next().unwrap_or_default().trim();
        let content = content
            .get(media_type)
            .ok_or_else(|| format!("{media_type:?} is not a media type of this response"))?;
        let value: Value = if media_type.ends_with("json") {
            serde_json::from_str(self.content).map_err(|error| error.to_string())?
        } else {
            json!(self.content)
        };
        content.get("schema").unwrap().validate([&value])
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// The document's description of a response.
fn described(method: &Method, path: &str, status: StatusCode) -> Option<Node> {
    let without_operation = |impossible: u16| {
        let possible = |row: &(u16, &str)| row.0 == status.as_u16() && row.0 != impossible;
        let (_, name) = WITHOUT_OPERATION.into_iter().find(possible)?;
        Node::find(&format!("/components/responses/{name}"))
    };
    let Some(operations) = Operation::matching(path) else { return without_operation(405) };
    match operations.into_iter().find(|operation| operation.method == *method) {
        Some(operation) => operation.node.get("responses")?.get(status.as_str()),
        None => without_operation(404),
    }
}
