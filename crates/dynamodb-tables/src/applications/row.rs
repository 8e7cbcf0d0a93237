use conversation::ports::ApplicationCursor;
use conversation::{Application, ApplicationId, Name, TenantAccess, Timestamp, TokenVersion};

use crate::item::{
    Item, Malformed, check_version, get_number, get_readable_count, get_time, item, number, parsed, string,
    take_string, time,
};

/// The partition of the listing index: all applications are in one.
pub(super) const LISTING: &str = "applications";

/// The attribute of an application that no token opens. Others do not have it.
pub(crate) const DISABLED: &str = "disabled";

/// Holds for the row of an application, and neither for a tombstone nor for no row.
pub(crate) const IS_APPLICATION: &str = "attribute_exists(created_key)";

/// As [`IS_APPLICATION`].
pub(crate) fn is_application(row: &Item) -> bool {
    row.contains_key("created_key")
}

pub(crate) fn key(id: &ApplicationId) -> Item {
    item([("id", string(id.as_str()))])
}

/// The sort key of the listing index. Thirteen digits suffice until the year 2286.
pub(super) fn created_key(created_at: Timestamp, id: &ApplicationId) -> String {
    format!("{:013}#{}", created_at.millis(), id.as_str())
}

/// Where the list goes on after a row of the listing index.
pub(super) fn position(row: &Item) -> Result<ApplicationCursor, Malformed> {
    let parts = row.get("created_key").and_then(|key| key.as_s().ok()).and_then(|key| key.split_once('#'));
    let cursor = parts.and_then(|(millis, id)| {
        let created_at = Timestamp::from_millis(millis.parse().ok()?);
        Some(ApplicationCursor { created_at, id: ApplicationId::parse(id).ok()? })
    });
    parsed(cursor.ok_or(()), "created_key")
}

pub(crate) fn row(application: &Application) -> Item {
    item([
        ("id", string(application.id.as_str())),
        ("token_version", number(application.token_version)),
        ("name", string(application.name.as_str())),
        ("chats_count", number(application.chats_count)),
        ("created_at", time(application.created_at)),
        ("updated_at", time(application.updated_at)),
        ("listing", string(LISTING)),
        ("created_key", string(created_key(application.created_at, &application.id))),
    ])
}

/// The newest form of a row that this release reads.
pub(crate) const NEWEST_FORM: u32 = 1;

/// `None` for a tombstone.
pub(crate) fn parse(mut row: Item) -> Result<Option<Application>, Malformed> {
    check_version(&row, NEWEST_FORM)?;
    if !is_application(&row) {
        return Ok(None);
    }
    Ok(Some(Application {
        id: parsed(ApplicationId::parse(&take_string(&mut row, "id")?), "id")?,
        token_version: get_token_version(&row)?,
        is_disabled: row.contains_key(DISABLED),
        name: parsed(Name::parse(&take_string(&mut row, "name")?), "name")?,
        chats_count: get_readable_count(&row, "chats_count")?,
        created_at: get_time(&row, "created_at")?,
        updated_at: get_time(&row, "updated_at")?,
    }))
}

pub(crate) fn get_access(row: &Item) -> Result<TenantAccess, Malformed> {
    check_version(row, NEWEST_FORM)?;
    let is_disabled = row.contains_key(DISABLED);
    Ok(TenantAccess { token_version: get_token_version(row)?, is_disabled })
}

pub(crate) fn get_token_version(row: &Item) -> Result<TokenVersion, Malformed> {
    get_number(row, "token_version").map(TokenVersion::new)
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{application, application_id};

    use super::*;

    #[test]
    fn a_row_parses_back_to_its_application() {
        let application =
            Application { token_version: TokenVersion::new(7), ..application(1_763_700_000_007) };
        assert_eq!(position(&row(&application)), Ok((&application).into()));
        assert_eq!(parse(row(&application)), Ok(Some(application)));
    }

    #[test]
    fn a_tombstone_is_no_application() {
        assert_eq!(parse(key(&application_id())), Ok(None));
    }

    #[test]
    fn a_row_without_a_token_version_is_malformed() {
        let mut row = row(&application(1));
        row.remove("token_version");
        let error = parse(row).unwrap_err().to_string();
        assert_eq!(error, "attribute token_version is missing or malformed");
    }

    #[test]
    fn sort_keys_are_in_the_order_of_creation() {
        let id = application_id();
        let [first, second, last] =
            [9, 10, 9_999_999_999_999].map(|millis| created_key(Timestamp::from_millis(millis), &id));
        assert_eq!(first, format!("0000000000009#{}", id.as_str()));
        assert!(first < second && second < last);
    }
}
