use conversation::{Application, Name, Timestamp, Token};

use crate::item::{
    Item, Malformed, get_readable_count, get_time, item, number, parsed, string, take_string, time,
};

/// The partition of the listing index: all applications are in one.
pub(super) const LISTING: &str = "applications";

pub(crate) fn key(token: &Token) -> Item {
    item([("token", string(token.as_str()))])
}

/// The sort key of the listing index. Thirteen digits suffice until the year 2286.
pub(super) fn created_key(created_at: Timestamp, token: &Token) -> String {
    format!("{:013}#{}", created_at.millis(), token.as_str())
}

pub(crate) fn row(application: &Application) -> Item {
    item([
        ("token", string(application.token.as_str())),
        ("name", string(application.name.as_str())),
        ("chats_count", number(application.chats_count)),
        ("created_at", time(application.created_at)),
        ("updated_at", time(application.updated_at)),
        ("listing", string(LISTING)),
        ("created_key", string(created_key(application.created_at, &application.token))),
    ])
}

pub(crate) fn parse(mut item: Item) -> Result<Application, Malformed> {
    Ok(Application {
        token: parsed(Token::parse(&take_string(&mut item, "token")?), "token")?,
        name: parsed(Name::parse(&take_string(&mut item, "name")?), "name")?,
        chats_count: get_readable_count(&item, "chats_count")?,
        created_at: get_time(&item, "created_at")?,
        updated_at: get_time(&item, "updated_at")?,
    })
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{application, token};

    use super::*;

    #[test]
    fn a_row_parses_back_to_its_application() {
        let application = application(1_763_700_000_007);
        assert_eq!(parse(row(&application)), Ok(application));
    }

    #[test]
    fn sort_keys_are_in_the_order_of_creation() {
        let token = token();
        let [first, second, last] =
            [9, 10, 9_999_999_999_999].map(|millis| created_key(Timestamp::from_millis(millis), &token));
        assert_eq!(first, format!("0000000000009#{}", token.as_str()));
        assert!(first < second && second < last);
    }
}
