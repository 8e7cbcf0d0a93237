use conversation::ports::KeyedRequest;
use sha2::{Digest, Sha256};

use crate::{ApiProblem, ApiRequest, FieldError, Fields};

/// The length of the longest key, in characters.
const MAX_CHARS: usize = 255;
const FIELD: &str = "Idempotency-Key";

/// The request's `Idempotency-Key`, if it has one.
///
/// A key is scoped to the route, `owner` and the chat in the path. `owner` is the application's id; empty if the route
/// creates the application; for a rotation, the credential too. The fingerprint covers all fields, but not their order or
/// media type.
///
/// # Errors
/// [`Code::MalformedParameter`](crate::Code::MalformedParameter) unless the key is 1 to 255 printable ASCII characters.
pub fn keyed_request(
    request: &ApiRequest,
    owner: &str,
    fields: &Fields,
) -> Result<Option<KeyedRequest>, ApiProblem> {
    let Some(key) = &request.idempotency_key else { return Ok(None) };
    let printable = key.iter().all(|byte| (b' '..=b'~').contains(byte));
    if key.is_empty() || key.len() > MAX_CHARS || !printable {
        let message = format!("must be 1 to {MAX_CHARS} printable ASCII characters");
        return Err(ApiProblem::malformed_parameter(vec![FieldError::new(FIELD, message)]));
    }
    let place = [request.route(), owner, request.path_parameter("chat")];
    let mut id = Sha256::new();
    for part in place {
        id.update(part);
        id.update("\n");
    }
    id.update(key);
    let fingerprint = Sha256::digest(fields.canonical());
    Ok(Some(KeyedRequest { id: hex::encode(id.finalize()), fingerprint: hex::encode(fingerprint) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    fn request(key: Option<&[u8]>, chat: &str, body: &str) -> ApiRequest {
        ApiRequest {
            route: "/applications/{token}/chats/{chat}/messages".to_owned(),
            path_parameters: [("chat".to_owned(), chat.to_owned())].into(),
            idempotency_key: key.map(<[u8]>::to_vec),
            body: body.as_bytes().to_vec(),
            ..ApiRequest::default()
        }
    }

    fn keyed(key: &str, chat: &str, body: &str) -> KeyedRequest {
        let request = request(Some(key.as_bytes()), chat, body);
        keyed_request(&request, "", &Fields::from_request(&request).unwrap()).unwrap().unwrap()
    }

    #[test]
    fn a_request_without_the_header_has_no_key() {
        let request = request(None, "1", "{}");
        assert_eq!(keyed_request(&request, "", &Fields::from_request(&request).unwrap()), Ok(None));
    }

    #[test]
    fn the_same_key_elsewhere_is_another_key() {
        let one = keyed("k", "1", "{}");
        assert_eq!(keyed("k", "1", "{}"), one);
        assert_ne!(keyed("l", "1", "{}").id, one.id);
        assert_ne!(keyed("k", "2", "{}").id, one.id);
        let request = request(Some(b"k"), "1", "{}");
        let fields = Fields::from_request(&request).unwrap();
        let elsewhere = keyed_request(&request, "another owner", &fields).unwrap().unwrap();
        assert_ne!(elsewhere.id, one.id);
    }

    #[test]
    fn the_fingerprint_depends_on_the_fields_only() {
        let one = keyed("k", "1", r#"{"body":"hi","more":{"a":1,"b":2}}"#);
        assert_eq!(keyed("k", "1", r#" { "more": {"b":2, "a":1}, "body": "hi" }"#), one);
        for other in [r#"{"body":"hi"}"#, r#"{"body":"ho","more":{"a":1,"b":2}}"#, "{}"] {
            assert_ne!(keyed("k", "1", other).fingerprint, one.fingerprint, "{other}");
        }
    }

    #[test]
    fn a_key_is_1_to_255_printable_ascii_characters() {
        let longest = "k".repeat(255);
        for key in ["k", "8e03978e-40d5-43e8-bc93-6894a57f9324", "a \"b\" ~", &longest] {
            assert_eq!(keyed(key, "1", "{}").id.len(), 64);
        }
        for key in [&b""[..], &[b'k'; 256], "schlüssel".as_bytes(), b"a\tb", b"a\x7f"] {
            let request = request(Some(key), "1", "{}");
            let problem = keyed_request(&request, "", &Fields::from_request(&request).unwrap()).unwrap_err();
            assert_eq!(problem.code, Code::MalformedParameter, "{key:?}");
            assert_eq!(problem.errors[0].field, "Idempotency-Key");
        }
    }
}
