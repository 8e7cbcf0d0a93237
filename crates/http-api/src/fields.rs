use std::collections::{BTreeMap, HashMap};

use conversation::{Body, Name, SearchText, TextError};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::media_type::MediaType;
use crate::{ApiProblem, ApiRequest, Code, FieldError, multipart};

/// The fields of a request: a JSON object, a form of either kind, or the query if there is no body.
#[derive(Debug, Clone, PartialEq)]
pub struct Fields(HashMap<String, Value>);

impl Fields {
    /// Reads the fields of the body, or of the query if there is no body.
    ///
    /// # Errors
    /// [`Code::UnsupportedMediaType`], [`Code::MalformedJson`] or [`Code::MalformedParameter`].
    pub fn from_request(request: &ApiRequest) -> Result<Self, ApiProblem> {
        if request.body.is_empty() {
            return Ok(Self::from_query(request));
        }
        match MediaType::parse(request.content_type.as_deref()) {
            Some(MediaType::Json) => json(&request.body),
            Some(MediaType::Form) => form(&request.body),
            Some(MediaType::Multipart(boundary)) => {
                Ok(Self::from_pairs(multipart::read(boundary.as_deref(), &request.body)?))
            }
            None => Err(Code::UnsupportedMediaType.into()),
        }
    }

    /// The parameters of the query.
    #[must_use]
    pub fn from_query(request: &ApiRequest) -> Self {
        Self::from_pairs(request.query.clone())
    }

    /// If a field is repeated, its first value counts.
    fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut fields = HashMap::new();
        for (name, value) in pairs {
            fields.entry(name).or_insert(Value::String(value));
        }
        Self(fields)
    }

    /// All fields, unknown ones included, as bytes that depend on neither order nor media type.
    pub(crate) fn canonical(&self) -> Vec<u8> {
        let sorted: BTreeMap<&String, &Value> = self.0.iter().collect();
        // What was parsed from JSON or text has a JSON form.
        serde_json::to_vec(&sorted).unwrap_or_default()
    }

    /// Takes the field out, which saves a copy of a long body.
    fn text(&mut self, field: &'static str) -> Result<String, ApiProblem> {
        match self.0.remove(field) {
            Some(Value::String(text)) => Ok(text),
            Some(Value::Null) | None => Err(invalid(field, "is required")),
            Some(_) => Err(invalid(field, "must be a string")),
        }
    }

    /// Takes the field `name` out.
    ///
    /// # Errors
    /// [`Code::InvalidFields`].
    pub fn name(&mut self) -> Result<Name, ApiProblem> {
        let text = self.text("name")?;
        Name::parse(&text).map_err(|error| invalid("name", error.to_string()))
    }

    /// Takes the field `body` out.
    ///
    /// # Errors
    /// [`Code::InvalidFields`] or [`Code::BodyTooLarge`].
    pub fn body(&mut self) -> Result<Body, ApiProblem> {
        let text = self.text("body")?;
        Body::parse(text).map_err(|error| match error {
            TextError::TooManyBytes { .. } => {
                ApiProblem::body_too_large(FieldError::new("body", error.to_string()))
            }
            TextError::Blank | TextError::TooManyChars { .. } => invalid("body", error.to_string()),
        })
    }

    /// Takes the text to search for out, which is in `field`.
    ///
    /// # Errors
    /// [`Code::InvalidFields`].
    pub fn search_text(&mut self, field: &'static str) -> Result<SearchText, ApiProblem> {
        let text = self.text(field)?;
        SearchText::parse(&text).map_err(|error| invalid(field, error.to_string()))
    }

    /// The value of a field as text: a string as it is, any other value as JSON. So a parameter of another type is
    /// refused, not ignored.
    pub(crate) fn plain(&self, field: &str) -> Option<String> {
        self.0.get(field).map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    }
}

fn invalid(field: &'static str, message: impl Into<String>) -> ApiProblem {
    ApiProblem::invalid_field(FieldError::new(field, message))
}

fn json(body: &[u8]) -> Result<Fields, ApiProblem> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(Fields(fields.into_iter().collect())),
        Ok(_) => Err(Code::MalformedJson.into()),
        Err(error) => Err(ApiProblem::malformed_json(format!("The body is not JSON: {error}."))),
    }
}

fn form(body: &[u8]) -> Result<Fields, ApiProblem> {
    read_form(body).ok_or_else(|| {
        ApiProblem::malformed_parameter(vec![FieldError::new("form", "must be percent-encoded UTF-8")])
    })
}

fn read_form(body: &[u8]) -> Option<Fields> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8().map(String::from).ok()
    };
    let pairs = str::from_utf8(body).ok()?.split('&').filter(|pair| !pair.is_empty());
    let fields = pairs.map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        Some((decode(name)?, decode(value)?))
    });
    Some(Fields::from_pairs(fields.collect::<Option<Vec<_>>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: Option<&str> = Some("application/x-www-form-urlencoded");

    fn request(content_type: Option<&str>, body: &str) -> ApiRequest {
        ApiRequest {
            content_type: content_type.map(str::to_owned),
            body: body.as_bytes().to_vec(),
            query: [("body".to_owned(), "from the query".to_owned())].into(),
            ..ApiRequest::default()
        }
    }

    fn body_of(content_type: Option<&str>, body: &str) -> Result<String, ApiProblem> {
        Ok(Fields::from_request(&request(content_type, body))?.body()?.as_str().to_owned())
    }

    fn code_of(content_type: Option<&str>, body: &str) -> Code {
        body_of(content_type, body).unwrap_err().code
    }

    #[test]
    fn json_and_forms_are_read() {
        for content_type in [None, Some("application/json"), Some("Application/JSON; charset=\"UTF-8\"")] {
            assert_eq!(body_of(content_type, r#"{"body":"hi + all","more":1}"#).as_deref(), Ok("hi + all"));
        }
        assert_eq!(body_of(FORM, "x=1&body=a+%2B+%E5%A4%A9&body=second").as_deref(), Ok("a + 天"));
    }

    #[test]
    fn multipart_forms_are_read_like_forms() {
        let multipart = Some("multipart/form-data; boundary=x");
        let part =
            |value: &str| format!("--x\r\nContent-Disposition: form-data; name=\"body\"\r\n\r\n{value}\r\n");
        let body = format!("{}{}--x--\r\n", part("a + 天"), part("second"));
        assert_eq!(body_of(multipart, &body).as_deref(), Ok("a + 天"));
        let fields = |content_type, body| Fields::from_request(&request(content_type, body)).unwrap();
        let one = fields(multipart, &body);
        assert_eq!(one.canonical(), fields(FORM, "body=a+%2B+天").canonical());
        assert_eq!(one.canonical(), fields(None, r#"{"body":"a + 天"}"#).canonical());
        assert_eq!(code_of(multipart, "--x--"), Code::InvalidFields);
        assert_eq!(code_of(multipart, "body=a"), Code::MalformedParameter);
        assert_eq!(code_of(Some("multipart/form-data"), &body), Code::MalformedParameter);
        let too_large = format!("{}--x--", part(&"a".repeat(65537)));
        assert_eq!(code_of(multipart, &too_large), Code::BodyTooLarge);
    }

    #[test]
    fn without_a_body_the_query_has_the_fields() {
        assert_eq!(body_of(Some("text/plain"), "").as_deref(), Ok("from the query"));
    }

    #[test]
    fn other_media_types_are_refused() {
        for content_type in ["text/plain", "application/json; charset=latin1", "application/xml", ""] {
            assert_eq!(code_of(Some(content_type), "{}"), Code::UnsupportedMediaType, "{content_type}");
        }
    }

    #[test]
    fn malformed_bodies_are_refused() {
        for body in ["{", "[]", "\"body\"", r#"{"body":"\ud800"}"#, " "] {
            assert_eq!(code_of(None, body), Code::MalformedJson, "{body}");
        }
        assert_eq!(body_of(None, "[]").unwrap_err().detail, "The body must be a JSON object.");
        assert!(body_of(None, "{").unwrap_err().detail.starts_with("The body is not JSON: "));
        assert_eq!(code_of(FORM, "body=%FF"), Code::MalformedParameter);
    }

    #[test]
    fn a_problem_names_the_field_at_fault() {
        for (body, message) in [
            ("{}", "is required"),
            (r#"{"body":null}"#, "is required"),
            (r#"{"body":7}"#, "must be a string"),
            (r#"{"body":" \n"}"#, "must not be blank"),
        ] {
            let problem = body_of(None, body).unwrap_err();
            assert_eq!(problem.code, Code::InvalidFields);
            assert_eq!(problem.errors, [FieldError::new("body", message)], "{body}");
        }
    }

    #[test]
    fn a_parameter_of_another_type_is_not_ignored() {
        let fields = r#"{"limit":5,"order":"asc","after":null}"#;
        let fields = Fields::from_request(&request(None, fields)).unwrap();
        let plain = |field| fields.plain(field);
        assert_eq!(plain("limit").as_deref(), Some("5"));
        assert_eq!(plain("order").as_deref(), Some("asc"));
        assert_eq!(plain("after").as_deref(), Some("null"), "which is no cursor");
        assert_eq!(plain("query"), None);
    }

    #[test]
    fn a_body_over_64_kib_is_too_large() {
        let body = format!(r#"{{"body":"{}"}}"#, "a".repeat(65537));
        assert_eq!(code_of(None, &body), Code::BodyTooLarge);
    }
}
