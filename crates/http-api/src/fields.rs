use std::collections::{BTreeMap, HashMap};

use conversation::{Body, FieldError, Name, Problem, SearchText, TextError};
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::ApiRequest;

/// The fields a client sent: a JSON object, a form, or, where there is no body, query parameters.
#[derive(Debug, Clone, PartialEq)]
pub struct Fields(HashMap<String, Value>);

impl Fields {
    /// # Errors
    /// [`Problem::UnsupportedMediaType`], [`Problem::MalformedJson`] or [`Problem::MalformedParameter`].
    pub fn of(request: &ApiRequest) -> Result<Self, Problem> {
        if request.body.is_empty() {
            return Ok(Self::of_query(request));
        }
        match media_type(request.content_type.as_deref())? {
            MediaType::Json => json(&request.body),
            MediaType::Form => form(&request.body),
        }
    }

    /// The query parameters alone.
    #[must_use]
    pub fn of_query(request: &ApiRequest) -> Self {
        Self::from_pairs(request.query.clone())
    }

    fn from_pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect())
    }

    /// All fields, known or not, in a form that is the same however they were sent.
    pub(crate) fn canonical(&self) -> Vec<u8> {
        let sorted: BTreeMap<&String, &Value> = self.0.iter().collect();
        // What was parsed from JSON has a form in JSON.
        serde_json::to_vec(&sorted).unwrap_or_default()
    }

    fn text(&mut self, field: &'static str) -> Result<String, Problem> {
        match self.0.remove(field) {
            Some(Value::String(text)) => Ok(text),
            Some(Value::Null) | None => Err(invalid(field, "is required")),
            Some(_) => Err(invalid(field, "must be a string")),
        }
    }

    /// The field `name`.
    ///
    /// # Errors
    /// [`Problem::InvalidFields`].
    pub fn name(&mut self) -> Result<Name, Problem> {
        let text = self.text("name")?;
        Name::parse(&text).map_err(|error| invalid("name", error.to_string()))
    }

    /// The field `body`.
    ///
    /// # Errors
    /// [`Problem::InvalidFields`] or [`Problem::BodyTooLarge`].
    pub fn body(&mut self) -> Result<Body, Problem> {
        let text = self.text("body")?;
        Body::parse(text).map_err(|error| match error {
            TextError::TooManyBytes { .. } => {
                Problem::BodyTooLarge { errors: vec![FieldError::new("body", error.to_string())] }
            }
            TextError::Blank | TextError::TooManyChars { .. } => invalid("body", error.to_string()),
        })
    }

    /// The text to search for, under `field`.
    ///
    /// # Errors
    /// [`Problem::InvalidFields`].
    pub fn search_text(&mut self, field: &'static str) -> Result<SearchText, Problem> {
        let text = self.text(field)?;
        SearchText::parse(&text).map_err(|error| invalid(field, error.to_string()))
    }

    /// A field's value as text: a string's own, and any other value as JSON writes it.
    #[must_use]
    pub fn plain(&self, field: &str) -> Option<String> {
        self.0.get(field).map(|value| match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    }
}

fn invalid(field: &'static str, message: impl Into<String>) -> Problem {
    Problem::InvalidFields { errors: vec![FieldError::new(field, message)] }
}

#[derive(Debug, PartialEq, Eq)]
enum MediaType {
    Json,
    Form,
}

/// A body without a content type is taken for JSON, the API's own language.
fn media_type(content_type: Option<&str>) -> Result<MediaType, Problem> {
    let Some(content_type) = content_type else { return Ok(MediaType::Json) };
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let utf_8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
            value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    match essence.as_str() {
        "application/json" if utf_8 => Ok(MediaType::Json),
        "application/x-www-form-urlencoded" if utf_8 => Ok(MediaType::Form),
        _ => Err(Problem::UnsupportedMediaType),
    }
}

fn json(body: &[u8]) -> Result<Fields, Problem> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(Fields(fields.into_iter().collect())),
        Ok(_) => Err(Problem::MalformedJson { detail: "The body must be a JSON object.".to_owned() }),
        Err(error) => Err(Problem::MalformedJson { detail: format!("The body is not JSON: {error}.") }),
    }
}

fn form(body: &[u8]) -> Result<Fields, Problem> {
    let not_text = || Problem::MalformedParameter {
        errors: vec![FieldError::new("form", "must be UTF-8, percent-encoded")],
    };
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_decode_str(&spaced).decode_utf8().map(String::from).map_err(|_| not_text())
    };
    let body = str::from_utf8(body).map_err(|_| not_text())?;
    let mut fields = HashMap::new();
    for pair in body.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        fields.entry(decode(name)?).or_insert(decode(value)?);
    }
    Ok(Fields::from_pairs(fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(content_type: Option<&str>, body: &str) -> ApiRequest {
        ApiRequest {
            content_type: content_type.map(str::to_owned),
            body: body.as_bytes().to_vec(),
            query: [("body".to_owned(), "from the query".to_owned())].into(),
            ..ApiRequest::default()
        }
    }

    fn body_of(content_type: Option<&str>, body: &str) -> Result<String, Problem> {
        Fields::of(&request(content_type, body))?.body().map(Body::into_string)
    }

    #[test]
    fn json_and_forms_are_read() {
        for content_type in [None, Some("application/json"), Some("Application/JSON; charset=\"UTF-8\"")] {
            assert_eq!(body_of(content_type, r#"{"body":"hi + all","more":1}"#).as_deref(), Ok("hi + all"));
        }
        let form = Some("application/x-www-form-urlencoded");
        assert_eq!(body_of(form, "x=1&body=a+%2B+%E5%A4%A9&body=second").as_deref(), Ok("a + 天"));
    }

    #[test]
    fn without_a_body_the_query_gives_the_fields() {
        assert_eq!(body_of(Some("text/plain"), "").as_deref(), Ok("from the query"));
    }

    #[test]
    fn other_media_types_are_refused() {
        for content_type in ["text/plain", "application/json; charset=latin1", "application/xml", ""] {
            assert_eq!(
                body_of(Some(content_type), "{}"),
                Err(Problem::UnsupportedMediaType),
                "{content_type}"
            );
        }
    }

    #[test]
    fn malformed_bodies_say_where() {
        for body in ["{", "[]", "\"body\"", r#"{"body":"\ud800"}"#, " "] {
            assert!(matches!(body_of(None, body), Err(Problem::MalformedJson { .. })), "{body}");
        }
        let form = Some("application/x-www-form-urlencoded");
        assert!(matches!(body_of(form, "body=%FF"), Err(Problem::MalformedParameter { .. })));
    }

    #[test]
    fn a_field_at_fault_is_named() {
        for (body, message) in [
            ("{}", "is required"),
            (r#"{"body":null}"#, "is required"),
            (r#"{"body":7}"#, "must be a string"),
            (r#"{"body":" \n"}"#, "must not be blank"),
        ] {
            let errors = vec![FieldError::new("body", message)];
            assert_eq!(body_of(None, body), Err(Problem::InvalidFields { errors }), "{body}");
        }
    }

    #[test]
    fn a_parameter_among_the_fields_is_never_passed_over() {
        let fields = r#"{"limit":5,"order":"asc","after":null}"#;
        let fields = Fields::of(&request(None, fields)).unwrap();
        let plain = |field| fields.plain(field);
        assert_eq!(plain("limit").as_deref(), Some("5"));
        assert_eq!(plain("order").as_deref(), Some("asc"));
        assert_eq!(plain("after").as_deref(), Some("null"), "which is refused as no cursor");
        assert_eq!(plain("query"), None);
    }

    #[test]
    fn a_body_over_64_kib_is_too_large() {
        let body = format!(r#"{{"body":"{}"}}"#, "a".repeat(65537));
        assert!(matches!(body_of(None, &body), Err(Problem::BodyTooLarge { .. })));
    }
}
