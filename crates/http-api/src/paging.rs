use conversation::{FieldError, Limit, MAX_LIMIT, NotANumber, Order, PageRequest, Problem};

use crate::OpaqueCursor;

/// Reads `limit`, `order` and `after` with `get`, and the cursor with `after`.
///
/// # Errors
/// [`Problem::MalformedParameter`] with all that are at fault.
pub fn page_request<Cursor>(
    get: impl Fn(&str) -> Option<String>,
    after: impl Fn(&str) -> Result<Cursor, &'static str>,
) -> Result<PageRequest<Cursor>, Problem> {
    let mut errors = Vec::new();
    let limit = match get("limit").map(|text| plain_u8(&text).and_then(Limit::new)) {
        None => Limit::default(),
        Some(Some(limit)) => limit,
        Some(None) => {
            errors.push(FieldError::new("limit", format!("must be a whole number from 1 to {MAX_LIMIT}")));
            Limit::default()
        }
    };
    let order = match get("order").as_deref() {
        None | Some("asc") => Order::Ascending,
        Some("desc") => Order::Descending,
        Some(_) => {
            errors.push(FieldError::new("order", "must be asc or desc"));
            Order::Ascending
        }
    };
    let after = get("after").map(|text| after(&text)).transpose().unwrap_or_else(|message| {
        errors.push(FieldError::new("after", message));
        None
    });
    if errors.is_empty() {
        Ok(PageRequest { limit, order, after })
    } else {
        Err(Problem::MalformedParameter { errors })
    }
}

fn plain_u8(text: &str) -> Option<u8> {
    text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Reads a number, as `parse` does, as cursor; or answers the sentence for the client.
pub fn number_after<Number>(
    parse: impl Fn(&str) -> Result<Number, NotANumber>,
) -> impl Fn(&str) -> Result<Number, &'static str> {
    move |text| parse(text).map_err(|_| "must be a number from 1 to 9007199254740991")
}

/// Reads an opaque cursor.
///
/// # Errors
/// The sentence for the client where it is not one.
pub fn opaque_after<Cursor: OpaqueCursor>(text: &str) -> Result<Cursor, &'static str> {
    Cursor::decode(text).ok_or("must be the cursor of a Link header, as it was given")
}

#[cfg(test)]
mod tests {
    use conversation::MessageNumber;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<PageRequest<MessageNumber>, Problem> {
        let get = |name: &str| pairs.iter().find(|pair| pair.0 == name).map(|pair| pair.1.to_owned());
        page_request(get, number_after(MessageNumber::parse))
    }

    #[test]
    fn a_page_is_fifty_upwards_from_the_start() {
        let page = PageRequest { limit: Limit::new(50).unwrap(), order: Order::Ascending, after: None };
        assert_eq!(read(&[]), Ok(page));
    }

    #[test]
    fn all_three_can_be_chosen() {
        let page = PageRequest {
            limit: Limit::new(200).unwrap(),
            order: Order::Descending,
            after: Some(MessageNumber::new(12).unwrap()),
        };
        assert_eq!(read(&[("limit", "200"), ("order", "desc"), ("after", "12")]), Ok(page));
    }

    #[test]
    fn every_parameter_at_fault_is_named() {
        let Err(Problem::MalformedParameter { errors }) =
            read(&[("limit", "0"), ("order", "up"), ("after", "x")])
        else {
            panic!("accepted");
        };
        assert_eq!(errors.iter().map(|error| error.field).collect::<Vec<_>>(), ["limit", "order", "after"]);
        for limit in ["", "201", "-1", "+5", "1.5", "999"] {
            assert!(read(&[("limit", limit)]).is_err(), "{limit}");
        }
    }
}
