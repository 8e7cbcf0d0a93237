use conversation::{Order, Page, PageRequest};
use lambda_http::http::header::LINK;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::{Cursor, Paged, Reply};

/// What is not escaped in a query value: the unreserved characters of RFC 3986.
const QUERY_VALUE: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The largest body of a page, in bytes, as escaped inside the function's response. The whole response may have 6 MB.
/// Source: the quotas in the AWS Lambda Developer Guide.
const PAGE_BYTES: usize = 5_000_000;

impl Reply {
    /// 200 with a page of a list, and a link to the next page, if there is one. `kept` are the query parameters that the
    /// link repeats besides those of paging.
    ///
    /// If the items are too large for one response of a function, the page ends earlier, and the next one begins there.
    #[must_use]
    pub fn page<'a, Item: Paged, Representation: Serialize>(
        page: &'a Page<Item, Item::Cursor>,
        request: &PageRequest<Item::Cursor>,
        representation: impl Fn(&'a Item) -> Representation,
        kept: &[(&str, &str)],
    ) -> Self {
        let (array, count) = fitting(&page.items, representation);
        let cut = page.items.get(..count).and_then(<[Item]>::last).map(Paged::cursor);
        let next = if count < page.items.len() { cut.as_ref() } else { page.next.as_ref() };
        let reply = Self::json_text(array);
        match next {
            Some(next) => reply.with_header(LINK, link(request, next, kept)),
            None => reply,
        }
    }
}

fn link<C: Cursor>(request: &PageRequest<C>, after: &C, kept: &[(&str, &str)]) -> String {
    let limit = request.limit.get().to_string();
    let order = match request.order {
        Order::Ascending => "asc",
        Order::Descending => "desc",
    };
    let after = after.encode();
    let paging = [("limit", limit.as_str()), ("order", order), ("after", after.as_str())];
    let query: Vec<String> = kept
        .iter()
        .chain(&paging)
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, QUERY_VALUE)))
        .collect();
    format!("<?{}>; rel=\"next\"", query.join("&"))
}

/// A JSON array of the items that fit in one response, at least one, and their number.
fn fitting<'a, Item, Representation: Serialize>(
    items: &'a [Item],
    representation: impl Fn(&'a Item) -> Representation,
) -> (String, usize) {
    let mut array = String::from("[");
    let (mut bytes, mut count) = (0, 0);
    for item in items {
        let text = serde_json::to_string(&representation(item)).unwrap_or_default();
        // The function's response is JSON with the body as a string, so these are escaped once more.
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

#[cfg(test)]
mod tests {
    use conversation::fake::samples::message;
    use conversation::{Limit, Message, MessageNumber};

    use super::*;

    fn page_of(bodies: Vec<String>, next: Option<u64>, kept: &[(&str, &str)]) -> Reply {
        let items = (1..).zip(bodies).map(|(number, body)| message(number, &body));
        let next = next.map(|number| MessageNumber::new(number).unwrap());
        let page = Page { items: items.collect(), next };
        let request = PageRequest { limit: Limit::default(), order: Order::Descending, after: None };
        Reply::page(&page, &request, |message: &Message| message.body.as_str(), kept)
    }

    #[test]
    fn the_link_repeats_the_request_after_the_last_item() {
        let reply = page_of(vec!["5".into(), "7".into()], Some(2), &[("q", "a&b 天")]);
        assert_eq!(reply.body, r#"["5","7"]"#.into());
        let link = "<?q=a%26b%20%E5%A4%A9&limit=50&order=desc&after=2>; rel=\"next\"";
        assert_eq!(reply.header(&LINK), Some(link));
    }

    #[test]
    fn an_empty_page_may_have_a_next_one() {
        let reply = page_of(Vec::new(), Some(900), &[]);
        assert_eq!(reply.body, "[]".into());
        assert!(reply.header(&LINK).is_some_and(|link| link.contains("after=900>")));
    }

    #[test]
    fn the_last_page_has_no_link() {
        assert_eq!(page_of(vec!["5".into()], None, &[]).header(&LINK), None);
        assert_eq!(page_of(Vec::new(), None, &[]).body, "[]".into());
    }

    #[test]
    fn a_page_of_large_items_ends_before_the_limit_of_lambda() {
        // Each of these characters takes seven bytes inside the response.
        let large = |first: char| format!("{first}{}", "\u{1}".repeat(65_535));
        let reply = page_of(('a'..='z').map(large).collect(), None, &[]);
        let inside = serde_json::to_string(str::from_utf8(&reply.body).unwrap()).unwrap();
        assert!(inside.len() < 6_000_000, "{}", inside.len());
        let items: Vec<String> = serde_json::from_slice(&reply.body).unwrap();
        assert_eq!(items.len(), 10);
        assert!(reply.header(&LINK).is_some_and(|link| link.contains("after=10>")), "after the tenth");
    }
}
