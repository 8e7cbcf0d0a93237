use conversation::{Limit, MAX_LIMIT, Order, PageRequest};

use crate::{ApiProblem, ApiRequest, Cursor, FieldError, Fields};

/// The page that the query asks for with `limit`, `order` and `after`.
///
/// # Errors
/// [`Code::MalformedParameter`](crate::Code::MalformedParameter) with every parameter at fault.
pub fn page_request<C: Cursor>(request: &ApiRequest) -> Result<PageRequest<C>, ApiProblem> {
    parse(|name| request.query(name).map(str::to_owned))
}

/// The page that a search asks for, in the query or among the fields of its body. If both have a parameter, the query
/// counts, but the field must be well-formed too.
///
/// # Errors
/// As [`page_request`].
pub fn search_page_request<C: Cursor>(
    request: &ApiRequest,
    fields: &Fields,
) -> Result<PageRequest<C>, ApiProblem> {
    parse::<C>(|name| fields.plain(name))?;
    parse(|name| request.query(name).map(str::to_owned).or_else(|| fields.plain(name)))
}

fn parse<C: Cursor>(get: impl Fn(&str) -> Option<String>) -> Result<PageRequest<C>, ApiProblem> {
    let mut errors = Vec::new();
    let limit = get("limit").and_then(|text| {
        let limit = decimal(&text).and_then(Limit::new);
        if limit.is_none() {
            errors.push(FieldError::new("limit", format!("must be a whole number from 1 to {MAX_LIMIT}")));
        }
        limit
    });
    let order = get("order").and_then(|text| {
        let order = match text.as_str() {
            "asc" => Some(Order::Ascending),
            "desc" => Some(Order::Descending),
            _ => None,
        };
        if order.is_none() {
            errors.push(FieldError::new("order", "must be asc or desc"));
        }
        order
    });
    let after = get("after").filter(|text| !C::is_start(text)).and_then(|text| {
        let after = C::decode(&text);
        if after.is_none() {
            errors.push(FieldError::new("after", C::EXPECTED));
        }
        after
    });
    if errors.is_empty() {
        Ok(PageRequest { limit: limit.unwrap_or_default(), order: order.unwrap_or_default(), after })
    } else {
        Err(ApiProblem::malformed_parameter(errors))
    }
}

fn decimal(text: &str) -> Option<u8> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use conversation::MessageNumber;
    use conversation::ports::{ApplicationCursor, HitCursor};
    use serde_json::json;

    use super::*;
    use crate::fixture::Event;

    fn read(pairs: &[(&str, &str)]) -> Result<PageRequest<MessageNumber>, ApiProblem> {
        parse(|name| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned()))
    }

    #[test]
    fn the_default_page_is_the_first_fifty_in_ascending_order() {
        let page = PageRequest { limit: Limit::new(50).unwrap(), order: Order::Ascending, after: None };
        assert_eq!(read(&[]), Ok(page));
    }

    #[test]
    fn limit_order_and_after_can_be_chosen() {
        let page = PageRequest {
            limit: Limit::new(200).unwrap(),
            order: Order::Descending,
            after: Some(MessageNumber::new(12).unwrap()),
        };
        assert_eq!(read(&[("limit", "200"), ("order", "desc"), ("after", "12")]), Ok(page));
    }

    #[test]
    fn after_0_begins_at_the_start_in_either_order() {
        for order in ["asc", "desc"] {
            let first = read(&[("order", order)]).unwrap();
            assert_eq!(read(&[("order", order), ("after", "0")]), Ok(first));
        }
        for text in ["00", "-0", "+0", "0.0", " 0"] {
            assert!(read(&[("after", text)]).is_err(), "{text}");
        }
    }

    #[test]
    fn an_opaque_cursor_is_never_0() {
        let get = |name: &str| (name == "after").then(|| "0".to_owned());
        assert!(parse::<ApplicationCursor>(get).is_err());
        assert!(parse::<HitCursor>(get).is_err());
    }

    #[test]
    fn every_parameter_at_fault_is_named() {
        let problem = read(&[("limit", "0"), ("order", "up"), ("after", "x")]).unwrap_err();
        let fields: Vec<_> = problem.errors.iter().map(|error| error.field).collect();
        assert_eq!(fields, ["limit", "order", "after"]);
        for limit in ["", "201", "-1", "+5", "1.5", "999"] {
            assert!(read(&[("limit", limit)]).is_err(), "{limit}");
        }
    }

    /// A search with paging in the query and beside the text in the body: the limit, or the fields at fault.
    fn search(query: &[(&str, &str)], body: &serde_json::Value) -> Result<u8, Vec<&'static str>> {
        let request = Event::new("POST /applications/{token}/chats/{chat}/messages/search", &[]);
        let request = ApiRequest::from(request.query(query).json(body));
        search_page_request::<MessageNumber>(&request, &Fields::from_request(&request).unwrap())
            .map(|page| page.limit.get())
            .map_err(|problem| problem.errors.iter().map(|error| error.field).collect())
    }

    #[test]
    fn a_search_reads_its_page_from_the_query_before_the_body() {
        assert_eq!(search(&[], &json!({ "query": "tea" })), Ok(50));
        assert_eq!(search(&[], &json!({ "limit": 5 })), Ok(5));
        assert_eq!(search(&[("limit", "7")], &json!({ "limit": "5" })), Ok(7));
        assert_eq!(search(&[("limit", "0")], &json!({ "limit": "5" })), Err(vec!["limit"]));
    }

    #[test]
    fn a_search_refuses_a_malformed_field_even_if_the_query_overrides_it() {
        assert_eq!(search(&[("limit", "7")], &json!({ "limit": 0 })), Err(vec!["limit"]));
        assert_eq!(search(&[("after", "7")], &json!({ "after": null })), Err(vec!["after"]));
    }

    #[test]
    fn a_list_reads_its_page_from_the_query() {
        let request = Event::new("GET /applications/{token}/chats", &[]).query(&[("after", "3")]);
        let page = page_request::<MessageNumber>(&request.into()).unwrap();
        assert_eq!(page.after.map(MessageNumber::get), Some(3));
    }
}
