use lambda_http::http::StatusCode;
use lambda_http::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, ETAG, HeaderName, VARY, X_CONTENT_TYPE_OPTIONS,
};

use crate::{ApiRequest, Reply};

/// A file that is the same for everyone until the next deployment.
#[derive(Debug, Clone, Copy)]
pub struct File {
    /// The `Content-Type`.
    pub media_type: &'static str,
    /// The `Cache-Control`.
    pub cache_control: &'static str,
    /// The `ETag`, quotes included. It is weak, since both encodings share it.
    pub tag: &'static str,
    /// The content.
    pub plain: &'static [u8],
    /// The content, compressed by gzip.
    pub gzip: &'static [u8],
}

impl Reply {
    /// 200 with the file, compressed if the client accepts gzip; 304 if the client has it already.
    #[must_use]
    pub fn file(request: &ApiRequest, file: &File) -> Self {
        let headers: [(HeaderName, &str); 4] = [
            (CACHE_CONTROL, file.cache_control),
            (ETAG, file.tag),
            (VARY, "Accept-Encoding"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ];
        let reply = if matches(request.if_none_match.as_deref(), file.tag) {
            Self::empty(StatusCode::NOT_MODIFIED)
        } else if accepts_gzip(request.accept_encoding.as_deref()) {
            Self::empty(StatusCode::OK)
                .with_body(file.media_type, file.gzip)
                .with_header(CONTENT_ENCODING, "gzip")
        } else {
            Self::empty(StatusCode::OK).with_body(file.media_type, file.plain)
        };
        headers.into_iter().fold(reply, |reply, (name, value)| reply.with_header(name, value))
    }
}

/// Whether an `If-None-Match` contains `tag`, by weak comparison (RFC 9110, section 13.1.2).
fn matches(if_none_match: Option<&str>, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Some(given) = if_none_match else { return false };
    given.trim() == "*" || given.split(',').any(|given| opaque(given) == opaque(tag))
}

/// Whether an `Accept-Encoding` accepts gzip, by name or by `*` (RFC 9110, section 12.5.3).
fn accepts_gzip(accept_encoding: Option<&str>) -> bool {
    let weight_of = |coding: &str| {
        accept_encoding.unwrap_or_default().split(',').find_map(|element| {
            let (name, parameters) = element.split_once(';').unwrap_or((element, ""));
            let weight = parameters.trim().strip_prefix("q=").map_or(Ok(1.0), str::parse::<f32>);
            name.trim().eq_ignore_ascii_case(coding).then(|| weight.unwrap_or_default())
        })
    };
    weight_of("gzip").or_else(|| weight_of("*")).is_some_and(|weight| weight > 0.0)
}

#[cfg(test)]
mod tests {
    use lambda_http::Body;
    use lambda_http::http::header::CONTENT_TYPE;

    use super::*;

    const FILE: File = File {
        media_type: "text/css",
        cache_control: "no-cache",
        tag: "W/\"5\"",
        plain: b"plain",
        gzip: b"\x1f\x8b",
    };

    fn reply(accept_encoding: Option<&str>, if_none_match: Option<&str>) -> Reply {
        let owned = |value: Option<&str>| value.map(str::to_owned);
        let request = ApiRequest {
            accept_encoding: owned(accept_encoding),
            if_none_match: owned(if_none_match),
            ..ApiRequest::default()
        };
        Reply::file(&request, &FILE)
    }

    #[test]
    fn a_file_is_compressed_if_the_client_accepts_gzip() {
        for accepts in ["gzip", "br, GZIP", "gzip;q=0.5", "*", "deflate, gzip ; q=1"] {
            let reply = reply(Some(accepts), None);
            assert_eq!(reply.header(&CONTENT_ENCODING), Some("gzip"), "{accepts}");
            assert_eq!(reply.body, Body::from(FILE.gzip), "{accepts}");
        }
        for accepts in [None, Some(""), Some("br"), Some("gzip;q=0"), Some("*, gzip;q=0.0"), Some("gzip;q=x")]
        {
            let reply = reply(accepts, None);
            assert_eq!(reply.header(&CONTENT_ENCODING), None, "{accepts:?}");
            assert_eq!(reply.body, Body::from(FILE.plain), "{accepts:?}");
        }
    }

    #[test]
    fn a_client_that_has_the_file_gets_304() {
        for tags in ["*", "W/\"5\"", "\"5\"", "\"4\", W/\"5\""] {
            let reply = reply(None, Some(tags));
            assert_eq!((reply.status, &reply.body), (StatusCode::NOT_MODIFIED, &Body::Empty), "{tags}");
            assert_eq!(reply.header(&ETAG), Some(FILE.tag));
        }
        for tags in [None, Some(""), Some("\"4\""), Some("5")] {
            assert_eq!(reply(None, tags).status, StatusCode::OK, "{tags:?}");
        }
    }

    #[test]
    fn a_file_has_the_headers_for_caches() {
        let headers = reply(Some("gzip"), None).into_response().into_parts().0.headers;
        for (name, value) in [
            (CONTENT_TYPE, "text/css"),
            (CACHE_CONTROL, "no-cache"),
            (ETAG, "W/\"5\""),
            (VARY, "Accept-Encoding"),
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ] {
            assert_eq!(headers[&name], value, "{name}");
        }
    }
}
