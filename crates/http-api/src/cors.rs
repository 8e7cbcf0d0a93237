use function_environment::{ConfigError, Variables};
use lambda_http::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, VARY,
};
use lambda_http::http::{HeaderMap, HeaderValue};

use crate::Reply;

const WANTED: &str = "an origin such as https://app.example.org, or *, or nothing";
/// What a script may read besides the body. The template's gateway responses say the same.
const EXPOSED: &str = "Link, Location, Retry-After";
/// What a request may carry besides what a form could send.
const REQUEST_HEADERS: &str = "Authorization, Content-Type, Idempotency-Key";
/// How long a browser may remember a preflight, in seconds: two hours, the longest that all of them keep to.
const MAX_AGE: &str = "7200";

/// The pages that may use the API from within a browser: those of one origin, or all.
///
/// Cookies play no part: whoever calls shows a token, so credentials are never allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    origin: HeaderValue,
}

impl Cors {
    /// Reads `CORS_ALLOWED_ORIGIN`; where it is empty, browsers keep other origins' pages away.
    ///
    /// # Errors
    /// [`ConfigError::Malformed`] unless it is an origin as browsers write them, or `*`.
    pub fn from_variables(variables: &Variables) -> Result<Option<Self>, ConfigError> {
        const NAME: &str = "CORS_ALLOWED_ORIGIN";
        match variables.get(NAME) {
            None => Ok(None),
            Some(_) => variables.parsed(NAME, WANTED, Self::of).map(Some),
        }
    }

    fn of(origin: &str) -> Option<Self> {
        let allowed = origin == "*" || is_origin(origin);
        allowed.then(|| HeaderValue::from_str(origin).ok()).flatten().map(|origin| Self { origin })
    }

    /// Lets the page that asked see an answer and its headers.
    pub(crate) fn open(&self, headers: &mut HeaderMap) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, self.origin.clone());
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        if self.origin != "*" {
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
    }

    /// 204, the answer to a browser that asks what it may send to a path of these `methods`.
    #[must_use]
    pub fn preflight(&self, methods: &str) -> Reply {
        Reply::no_content()
            .with_header(ACCESS_CONTROL_ALLOW_METHODS, methods.to_owned())
            .with_header(ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS.to_owned())
            .with_header(ACCESS_CONTROL_MAX_AGE, MAX_AGE.to_owned())
    }
}

/// Whether `text` is scheme, host and, where it is not the scheme's own, port: nothing else is in an `Origin` header.
fn is_origin(text: &str) -> bool {
    let Some(authority) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) else {
        return false;
    };
    let (host, port) = authority.split_once(':').unwrap_or((authority, "80"));
    let in_host = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-');
    !host.is_empty()
        && host.bytes().all(in_host)
        && (1..=5).contains(&port.len())
        && port.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors(origin: &str) -> Result<Option<Cors>, ConfigError> {
        Cors::from_variables(&Variables::from_iter([("CORS_ALLOWED_ORIGIN", origin)]))
    }

    fn opened(origin: &str) -> Vec<(String, String)> {
        let mut headers = HeaderMap::new();
        cors(origin).unwrap().unwrap().open(&mut headers);
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
    }

    #[test]
    fn it_is_off_unless_an_origin_is_named() {
        assert_eq!(cors(""), Ok(None));
        assert_eq!(Cors::from_variables(&Variables::from_iter::<[(&str, &str); 0]>([])), Ok(None));
    }

    #[test]
    fn only_an_origin_as_browsers_write_it_is_taken() {
        for origin in ["*", "https://app.example.org", "http://localhost:5173", "http://127.0.0.1:80"] {
            assert!(matches!(cors(origin), Ok(Some(_))), "{origin}");
        }
        for origin in [
            "app.example.org",
            "https://",
            "https://app.example.org/",
            "https://App.example.org",
            "https://app.example.org:",
            "https://app.example.org:123456",
            "https://app.example.org:8o",
            "https://*.example.org",
            "https://a.org, https://b.org",
            "https://a.org\r\nx: y",
            "null",
        ] {
            assert!(cors(origin).is_err(), "{origin}");
        }
    }

    #[test]
    fn a_named_origin_may_see_the_answer_and_caches_are_told_that_others_may_not() {
        let expected = [
            ("access-control-allow-origin", "https://app.example.org"),
            ("access-control-expose-headers", "Link, Location, Retry-After"),
            ("vary", "Origin"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(opened("https://app.example.org"), expected);
        assert_eq!(opened("*").len(), 2, "where all may see it, nothing varies");
    }

    #[test]
    fn a_preflight_tells_what_the_path_takes() {
        let reply = cors("*").unwrap().unwrap().preflight("GET, POST");
        assert_eq!(reply.status, 204);
        assert_eq!(reply.header(&ACCESS_CONTROL_ALLOW_METHODS), Some("GET, POST"));
        let headers = "Authorization, Content-Type, Idempotency-Key";
        assert_eq!(reply.header(&ACCESS_CONTROL_ALLOW_HEADERS), Some(headers));
        assert_eq!(reply.header(&ACCESS_CONTROL_MAX_AGE), Some("7200"));
    }
}
