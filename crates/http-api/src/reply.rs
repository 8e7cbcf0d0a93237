use conversation::{Page, PageRequest};
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

/// How large a page may be, in bytes of its body as it stands inside the function's answer. That may
/// have 6 MB in all. Source: the quotas in the AWS Lambda Developer Guide.
const PAGE_BYTES: usize = 5_000_000;

/// The JSON array of as many items as fit a page, at least one, and their number.
fn fitting<'a, Item, Form: Serialize>(items: &'a [Item], form: impl Fn(&'a Item) -> Form) -> (String, usize) {
    let mut array = String::from("[");
    let (mut bytes, mut count) = (0, 0);
    for item in items {
        let text = serde_json::to_string(&form(item)).unwrap_or_default();
        // Inside the function's answer the body is a JSON string, in which these are escaped once more.
        bytes += text.len() + text.bytes().filter(|b| matches!(b, b'"' | b'\\')).count();
        if count > 0 {
            if bytes > PAGE_BYTES {
                break;
            }
            array.push(',');
        }
        array.push_str(&text);
        count += 1;
    }
    array.push(']');
    (array, count)
}

/// What a function answers.
#[derive(Debug)]
pub struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) body: Body,
    /// The problem's code, for the log.
    pub(crate) code: Option<&'static str>,
    headers: Vec<(HeaderName, String)>,
}

impl Reply {
    pub(crate) fn json(status: StatusCode, media_type: &str, body: &impl Serialize) -> Self {
        // The forms hold only text, numbers and lists, which always have a JSON form.
        Self::new(status, media_type, serde_json::to_string(body).unwrap_or_default())
    }

    fn new(status: StatusCode, media_type: &str, body: String) -> Self {
        Self::empty(status).with_body(media_type, body)
    }

    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, body: Body::Empty, code: None, headers: Vec::new() }
    }

    pub(crate) fn with_body(self, media_type: &str, body: impl Into<Body>) -> Self {
        Self { body: body.into(), ..self }.with_header(CONTENT_TYPE, media_type)
    }

    /// 204, without a body.
    #[must_use]
    pub fn no_content() -> Self {
        Self::empty(StatusCode::NO_CONTENT)
    }

    /// 308 to another place, for good; `location` is relative to the request.
    #[must_use]
    pub fn moved(location: &str) -> Self {
        Self::empty(StatusCode::PERMANENT_REDIRECT).with_header(LOCATION, location)
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

    /// 200 with a page of a list, each item in its form, and where the next page begins. `kept` are the
    /// query parameters besides those of paging that belong to the list.
    ///
    /// A page that would be too large for Lambda's answer ends earlier, and the next one begins there.
    #[must_use]
    pub fn page<'a, Item, Form: Serialize, Cursor>(
        page: &'a Page<Item, Cursor>,
        request: &PageRequest<Cursor>,
        form: impl Fn(&'a Item) -> Form,
        cursor: impl Fn(&Item) -> String,
        kept: &[(&str, &str)],
    ) -> Self {
        let (items, fitting) = fitting(&page.items, form);
        let more = page.next.is_some() || fitting < page.items.len();
        let next = page.items.get(..fitting).and_then(<[Item]>::last).filter(|_| more).map(cursor);
        let reply = Self::new(StatusCode::OK, JSON, items);
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

    /// The answer with one header more.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    #[cfg(test)]
    pub(crate) fn header(&self, name: &HeaderName) -> Option<&str> {
        self.headers.iter().find(|header| header.0 == name).map(|header| header.1.as_str())
    }

    /// What is handed to the Lambda runtime.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        // Most answers are about one moment, and their addresses hold tokens.
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

    fn page_of(items: Vec<String>, next: Option<&str>, kept: &[(&str, &str)]) -> Reply {
        let request: PageRequest<String> =
            PageRequest { limit: Limit::default(), order: Order::Descending, after: None };
        let page = Page { items, next: next.map(str::to_owned) };
        Reply::page(&page, &request, |item| item, |item| item.chars().take(1).collect(), kept)
    }

    #[test]
    fn a_link_repeats_the_request_from_the_next_item_on() {
        let reply = page_of(vec!["5".into(), "7".into()], Some("7"), &[("q", "a&b 天")]);
        assert_eq!(reply.body, Body::from(r#"["5","7"]"#));
        let link = "<?q=a%26b%20%E5%A4%A9&limit=50&order=desc&after=7>; rel=\"next\"";
        assert_eq!(reply.header(&LINK), Some(link));
        assert_eq!(page_of(vec!["5".into()], None, &[]).header(&LINK), None);
        assert_eq!(page_of(Vec::new(), None, &[]).body, Body::from("[]"));
    }

    #[test]
    fn a_page_of_large_items_ends_where_lambda_would_refuse_it() {
        // Each of these characters takes seven bytes inside the answer.
        let large = |first: char| format!("{first}{}", "\u{1}".repeat(65_535));
        let reply = page_of(('a'..='z').map(large).collect(), None, &[]);
        let inside = serde_json::to_string(str::from_utf8(&reply.body).unwrap()).unwrap();
        assert!(inside.len() < 6_000_000, "{}", inside.len());
        let items: Vec<String> = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(items.len(), 10);
        assert!(reply.header(&LINK).is_some_and(|link| link.contains("after=j")), "from the tenth on");
    }
}
