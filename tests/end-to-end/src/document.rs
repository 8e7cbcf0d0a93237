//! What `openapi.json` says of answers. Every answer that a test receives is held against it.

use std::sync::LazyLock;

use jsonschema::Registry;
use reqwest::Method;
use serde_json::{Value, json};

use crate::Answer;

/// The name under which the document is known to the validator.
const NAME: &str = "urn:chatlog:openapi";

static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../openapi.json")).unwrap());
static REGISTRY: LazyLock<Registry<'static>> =
    LazyLock::new(|| Registry::new().add(NAME, &*DOCUMENT).unwrap().prepare().unwrap());

/// What API Gateway answers by itself where a request leads to no operation.
const OF_NO_OPERATION: [(u16, &str); 5] = [
    (404, "RouteNotFound"),
    (405, "MethodNotAllowed"),
    (413, "RequestTooLarge"),
    (429, "TooManyRequests"),
    (503, "UnavailableForRead"),
];

/// Checks that the answer to a request for `path`, relative to the API's base URL, is one that the document
/// describes.
///
/// # Errors
/// What of it is not described.
pub(crate) fn check(method: &Method, path: &str, answer: &Answer) -> Result<(), String> {
    // CORS is not the document's: OPTIONS is no operation, and 204 tells a browser what it may send.
    if method == Method::OPTIONS && answer.status == 204 {
        return Ok(());
    }
    let place = response(method, path, answer.status.as_u16())
        .ok_or_else(|| format!("{} is not a status of it", answer.status))?;
    check_headers(&place, answer)?;
    // The answer to a HEAD is without the content that its headers are about.
    if method == Method::HEAD { Ok(()) } else { check_content(&place, answer) }
}

/// Where the document describes the response of a status to a request.
fn response(method: &Method, path: &str, status: u16) -> Option<String> {
    let of_no_operation = |never: u16| {
        let (_, name) = OF_NO_OPERATION.into_iter().find(|known| known.0 == status && known.0 != never)?;
        Some(format!("/components/responses/{name}"))
    };
    let Some(template) = template(path) else { return of_no_operation(405) };
    let operation = format!("/paths/{}/{}", escaped(template), method.as_str().to_ascii_lowercase());
    if DOCUMENT.pointer(&operation).is_none() {
        return of_no_operation(404);
    }
    resolved(format!("{operation}/responses/{status}"))
}

/// The path of the document that a real one belongs to: of those that fit, the one with the fewest parameters.
fn template(path: &str) -> Option<&'static str> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let segments: Vec<&str> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
    let parameter = |segment: &str| segment.starts_with('{');
    let fits = |template: &&String| {
        let wanted: Vec<&str> = template.split('/').collect();
        wanted.len() == segments.len()
            && wanted.iter().zip(&segments).all(|(wanted, real)| wanted == real || parameter(wanted))
    };
    let parameters = |template: &&String| template.split('/').filter(|segment| parameter(segment)).count();
    DOCUMENT["paths"].as_object()?.keys().filter(fits).min_by_key(parameters).map(String::as_str)
}

/// One segment of a JSON pointer.
fn escaped(segment: &str) -> String {
    segment.replace('~', "~0").replace('/', "~1")
}

/// The place itself, or the one that its `$ref` leads to; `None` where there is nothing.
fn resolved(place: String) -> Option<String> {
    match DOCUMENT.pointer(&place)?.get("$ref").and_then(Value::as_str) {
        Some(reference) => resolved(reference.trim_start_matches('#').to_owned()),
        None => Some(place),
    }
}

fn check_headers(place: &str, answer: &Answer) -> Result<(), String> {
    let headers = DOCUMENT.pointer(&format!("{place}/headers")).and_then(Value::as_object);
    for name in headers.into_iter().flat_map(|headers| headers.keys()) {
        let place = resolved(format!("{place}/headers/{}", escaped(name))).unwrap();
        let header = DOCUMENT.pointer(&place).unwrap();
        let Some(text) = answer.header(name) else {
            if header["required"] == true {
                return Err(format!("the header {name} is missing"));
            }
            continue;
        };
        let number = text.parse::<u64>().ok().filter(|_| header["schema"]["type"] == "integer");
        let value = number.map_or_else(|| json!(text), |number| json!(number));
        check_value(&format!("{place}/schema"), &value).map_err(|error| format!("header {name}: {error}"))?;
    }
    Ok(())
}

fn check_content(place: &str, answer: &Answer) -> Result<(), String> {
    let Some(content) = DOCUMENT.pointer(&format!("{place}/content")) else {
        return if answer.text.is_empty() { Ok(()) } else { Err("it should have no content".to_owned()) };
    };
    let media_type = answer.header("content-type").unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    if content.get(media_type).is_none() {
        return Err(format!("its media type should not be {media_type:?}"));
    }
    let schema = format!("{place}/content/{}/schema", escaped(media_type));
    let value = if media_type.ends_with("json") {
        serde_json::from_str(&answer.text).map_err(|error| error.to_string())?
    } else {
        json!(answer.text)
    };
    check_value(&schema, &value)
}

fn check_value(schema: &str, value: &Value) -> Result<(), String> {
    // In a URI, the braces of a path's template are written so.
    let fragment = schema.replace('{', "%7B").replace('}', "%7D");
    let reference = json!({ "$ref": format!("{NAME}#{fragment}") });
    let options = jsonschema::options().with_registry(&REGISTRY).should_validate_formats(true);
    let validator = options.build(&reference).map_err(|error| error.to_string())?;
    let errors = validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path()));
    let errors: Vec<String> = errors.collect();
    if errors.is_empty() { Ok(()) } else { Err(errors.join("; ")) }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderMap, HeaderName};

    use super::*;

    const NOBODY: &str = "/applications/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

    fn answer(status: u16, headers: &[(&'static str, &str)], text: &str) -> Answer {
        let headers =
            headers.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
        Answer {
            url: "http://127.0.0.1/".parse().unwrap(),
            status: status.try_into().unwrap(),
            headers: headers.collect::<HeaderMap>(),
            text: text.to_owned(),
        }
    }

    fn chat() -> Value {
        let time = "2026-01-05T09:31:12.480Z";
        json!({ "number": 1, "messages_count": 0, "created_at": time, "updated_at": time })
    }

    fn problem(status: u16, code: &str) -> Answer {
        let problem = json!({
            "type": format!("urn:chatlog:problem:{code}"),
            "title": "t",
            "status": status,
            "detail": "d",
            "code": code,
            "request_id": "r",
        });
        answer(status, &[("content-type", "application/problem+json")], &problem.to_string())
    }

    fn created(location: &str, chat: &Value) -> Result<(), String> {
        let headers = [("content-type", "application/json"), ("location", location)];
        check(&Method::POST, &format!("{NOBODY}/chats"), &answer(201, &headers, &chat.to_string()))
    }

    #[test]
    fn what_is_described_passes() {
        created("chats/1", &chat()).unwrap();
        check(&Method::GET, &format!("{NOBODY}/"), &problem(404, "application_not_found")).unwrap();
        check(&Method::GET, "/nothing?q=/", &problem(404, "route_not_found")).unwrap();
        let search = format!("{NOBODY}/chats/1/messages/search?q=x");
        check(&Method::GET, &search, &answer(200, &[("content-type", "application/json")], "[]")).unwrap();
        check(&Method::DELETE, &format!("{NOBODY}/chats/1"), &answer(204, &[], "")).unwrap();
    }

    #[test]
    fn a_value_that_is_not_described_is_named() {
        let mut zeroth = chat();
        zeroth["number"] = json!(0);
        assert!(created("chats/1", &zeroth).unwrap_err().contains("/number"));
        let mut larger = chat();
        larger["id"] = json!(7);
        assert!(created("chats/1", &larger).unwrap_err().contains("'id'"));
    }

    #[test]
    fn a_header_that_is_missing_or_wrong_is_named() {
        let error = created("/v1/chats/1", &chat()).unwrap_err();
        assert!(error.starts_with("header Location"), "{error}");
        let without = answer(201, &[("content-type", "application/json")], &chat().to_string());
        let error = check(&Method::POST, &format!("{NOBODY}/chats"), &without).unwrap_err();
        assert_eq!(error, "the header Location is missing");
    }

    #[test]
    fn a_status_a_code_or_a_media_type_of_another_operation_is_not_described() {
        let error = check(&Method::GET, NOBODY, &problem(415, "unsupported_media_type")).unwrap_err();
        assert!(error.contains("415"), "{error}");
        check(&Method::GET, NOBODY, &problem(404, "message_not_found")).unwrap_err();
        check(&Method::GET, NOBODY, &answer(404, &[("content-type", "text/plain")], "no")).unwrap_err();
        check(&Method::DELETE, &format!("{NOBODY}/chats/1"), &answer(204, &[], "no")).unwrap_err();
    }

    #[test]
    fn a_path_or_a_method_that_is_no_operation_has_answers_of_its_own() {
        check(&Method::GET, "/nothing", &problem(405, "method_not_allowed")).unwrap_err();
        check(&Method::POST, NOBODY, &problem(404, "route_not_found")).unwrap_err();
        let mut refused = problem(405, "method_not_allowed");
        check(&Method::POST, NOBODY, &refused).unwrap_err();
        refused.headers.insert("allow", "GET, PATCH, PUT".parse().unwrap());
        check(&Method::POST, NOBODY, &refused).unwrap();
    }
}
