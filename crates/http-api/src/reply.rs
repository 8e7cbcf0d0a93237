use conversation::PageRequest;
use lambda_http::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, LINK, LOCATION};
use lambda_http::http::{HeaderValue, StatusCode};
use lambda_http::{Body, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::ApiRequest;

const JSON: &str = "application/json";
pub(crate) const PROBLEM_JSON: &str = "application/problem+json";

/// What stays as it is in a query value: RFC 3986's unreserved characters.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What a function answers.
#[derive(Debug, Clone)]
pub struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
    /// The problem's code, for the log.
    pub(crate) code: Option<&'static str>,
    headers: Vec<(HeaderName, String)>,
}

impl Reply {
    pub(crate) fn json(status: StatusCode, media_type: &str, body: &impl Serialize) -> Self {
        // The forms hold only text, numbers and lists, which always have a JSON form.
        let body = serde_json::to_string(body).unwrap_or_default();
        Self { status, body, code: None, headers: vec![(CONTENT_TYPE, media_type.to_owned())] }
    }

    /// 200 with one representation.
    #[must_use]
    pub fn ok(body: &impl Serialize) -> Self {
        Self::json(StatusCode::OK, JSON, body)
    }

    /// 201 with the new thing's representation, and where it is found.
    ///
    /// The location is `{collection}/{name}` relative to the request, so that it is right behind any
    /// stage, domain and base path.
    #[must_use]
    pub fn created(request: &ApiRequest, collection: &str, name: &str, body: &impl Serialize) -> Self {
        let up = if request.path.ends_with('/') { "../" } else { "" };
        Self::json(StatusCode::CREATED, JSON, body).with_header(LOCATION, format!("{up}{collection}/{name}"))
    }

    /// 200 with a page of a list, and where the next one is. `kept` are the query parameters besides
    /// those of paging that belong to the list.
    #[must_use]
    pub fn page<Cursor>(
        items: &[impl Serialize],
        request: &PageRequest<Cursor>,
        next: Option<String>,
        kept: &[(&str, &str)],
    ) -> Self {
        let reply = Self::json(StatusCode::OK, JSON, &items);
        match next {
            None => reply,
            Some(cursor) => {
                let order = match request.order {
                    conversation::Order::Ascending => "asc",
                    conversation::Order::Descending => "desc",
                };
                let limit = request.limit.get().to_string();
                let own = [("limit", limit.as_str()), ("order", order), ("after", cursor.as_str())];
                let query: Vec<String> = kept
                    .iter()
                    .chain(&own)
                    .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, QUERY_VALUE)))
                    .collect();
                reply.with_header(LINK, format!("<?{}>; rel=\"next\"", query.join("&")))
            }
        }
    }

    #[must_use]
    pub(crate) fn with_header(mut self, name: HeaderName, value: String) -> Self {
        self.headers.push((name, value));
        self
    }

    #[cfg(test)]
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.iter().find(|header| header.0 == name).map(|header| header.1.as_str())
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::Text(self.body));
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        // Answers are about one moment, and their addresses hold tokens.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        for (name, value) in self.headers {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use conversation::{Limit, Order};

    use super::*;

    fn request(path: &str) -> ApiRequest {
        ApiRequest { path: path.to_owned(), ..ApiRequest::default() }
    }

    #[test]
    fn a_location_resolves_against_the_request() {
        let location =
            |path| Reply::created(&request(path), "chats", "7", &()).header(&LOCATION).map(str::to_owned);
        assert_eq!(location("/applications/t/chats").as_deref(), Some("chats/7"));
        assert_eq!(location("/applications/t/chats/").as_deref(), Some("../chats/7"));
    }

    #[test]
    fn a_link_repeats_the_request_from_the_next_item_on() {
        let page: PageRequest<()> =
            PageRequest { limit: Limit::default(), order: Order::Descending, after: None };
        let reply = Reply::page(&[1], &page, Some("7".to_owned()), &[("q", "a&b 天")]);
        let link = "<?q=a%26b%20%E5%A4%A9&limit=50&order=desc&after=7>; rel=\"next\"";
        assert_eq!(reply.header(&LINK), Some(link));
        assert_eq!(Reply::page(&[1], &page, None, &[]).header(&LINK), None);
    }
}
