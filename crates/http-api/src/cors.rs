use function_environment::{ConfigError, Variables};
use lambda_http::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, VARY,
};
use lambda_http::http::{HeaderMap, HeaderValue};

use crate::Reply;

const WANTED: &str = "an origin such as https://app.example.org, or *, or nothing";
/// The response headers that a script may read. The gateway responses in template.yaml list the same.
const EXPOSED: &str = "Link, Location, Retry-After";
/// The request headers that a script may send, besides those that need no permission.
const REQUEST_HEADERS: &str = "Authorization, Content-Type, Idempotency-Key";
/// How long a browser may cache a preflight, in seconds: two hours, the longest that every browser accepts.
const MAX_AGE: &str = "7200";

/// The web pages that may use the API from a browser: those of one origin, or all.
///
/// Credentials are never allowed: clients are identified by tokens, not by cookies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cors {
    origin: HeaderValue,
}

impl Cors {
    /// Reads `CORS_ALLOWED_ORIGIN`. `None` if it is empty or missing: browsers then block pages of other origins.
    ///
    /// # Errors
    /// [`ConfigError::Malformed`] unless it is an origin as browsers write them, or `*`.
    pub fn from_variables(variables: &Variables) -> Result<Option<Self>, ConfigError> {
        const NAME: &str = "CORS_ALLOWED_ORIGIN";
        match variables.get(NAME) {
            None => Ok(None),
            Some(_) => variables.parsed(NAME, WANTED, Self::parse).map(Some),
        }
    }

    fn parse(origin: &str) -> Option<Self> {
        let allowed = origin == "*" || is_origin(origin);
        allowed.then(|| HeaderValue::from_str(origin).ok()).flatten().map(|origin| Self { origin })
    }

    /// Adds the headers that let the page see a response.
    pub(crate) fn allow(&self, headers: &mut HeaderMap) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, self.origin.clone());
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
        if self.origin != "*" {
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
    }

    /// 204, for a browser that asks what it may send to a path with these `methods`, such as `GET, POST`.
    #[must_use]
    pub fn preflight(&self, methods: &str) -> Reply {
        Reply::no_content()
            .with_header(ACCESS_CONTROL_ALLOW_METHODS, methods.to_owned())
            .with_header(ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS.to_owned())
            .with_header(ACCESS_CONTROL_MAX_AGE, MAX_AGE.to_owned())
    }
}

/// Whether `text` is an origin as browsers send it in `Origin`: scheme, host and, unless it is the default, port.
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

    fn headers_for(origin: &str) -> Vec<(String, String)> {
        let mut headers = HeaderMap::new();
        cors(origin).unwrap().unwrap().allow(&mut headers);
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect()
    }

    #[test]
    fn without_an_origin_cors_is_off() {
        assert_eq!(cors(""), Ok(None));
        assert_eq!(Cors::from_variables(&Variables::from_iter::<[(&str, &str); 0]>([])), Ok(None));
    }

    #[test]
    fn only_origins_as_browsers_send_them_are_accepted() {
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
    fn responses_vary_by_origin_unless_all_are_allowed() {
        let expected = [
            ("access-control-allow-origin", "https://app.example.org"),
            ("access-control-expose-headers", "Link, Location, Retry-After"),
            ("vary", "Origin"),
        ];
        let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(headers_for("https://app.example.org"), expected);
        assert_eq!(headers_for("*").len(), 2, "no Vary if all origins are allowed");
    }

    #[test]
    fn a_preflight_lists_methods_and_headers() {
        let reply = cors("*").unwrap().unwrap().preflight("GET, POST");
        assert_eq!(reply.status, 204);
        assert_eq!(reply.header(&ACCESS_CONTROL_ALLOW_METHODS), Some("GET, POST"));
        let headers = "Authorization, Content-Type, Idempotency-Key";
        assert_eq!(reply.header(&ACCESS_CONTROL_ALLOW_HEADERS), Some(headers));
        assert_eq!(reply.header(&ACCESS_CONTROL_MAX_AGE), Some("7200"));
    }
}
