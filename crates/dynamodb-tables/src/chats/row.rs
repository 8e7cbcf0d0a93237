use conversation::{Chat, ChatId, ChatNumber, Row};

use crate::item::{
    Item, Malformed, check_version, get_number, get_readable_count, get_time, item, number, parsed, string,
};

pub(super) fn key(id: &ChatId) -> Item {
    item([("application", string(id.application.as_str())), ("number", number(id.chat))])
}

pub(super) fn chat_number(item: &Item) -> Result<ChatNumber, Malformed> {
    parsed(ChatNumber::new(get_number(item, "number")?), "number")
}

pub(super) fn is_deleted(item: &Item) -> bool {
    item.contains_key("deleted_revision")
}

/// The newest form of a row that this release reads.
pub(crate) const NEWEST_FORM: u32 = 1;

pub(super) fn parse(item: &Item) -> Result<Row<Chat>, Malformed> {
    check_version(item, NEWEST_FORM)?;
    if is_deleted(item) {
        return Ok(Row::Deleted);
    }
    // Messages may be counted before their chat is stored.
    if !item.contains_key("created_at") {
        return Ok(Row::Absent);
    }
    Ok(Row::Live(Chat {
        number: chat_number(item)?,
        messages_count: get_readable_count(item, "messages_count")?,
        created_at: get_time(item, "created_at")?,
        updated_at: get_time(item, "updated_at")?,
    }))
}

#[cfg(test)]
mod tests {
    use conversation::Timestamp;
    use conversation::fake::samples::{application_id, chat_id};

    use super::*;

    #[test]
    fn a_row_is_absent_until_its_chat_is_stored() {
        let id = chat_id(&application_id(), 7);
        let mut row = key(&id);
        row.extend(item([("messages_count", number(2)), ("updated_at", number(6))]));
        assert_eq!(parse(&row), Ok(Row::Absent));
        row.extend(item([("created_at", number(5)), ("created_revision", number(1))]));
        let [created_at, updated_at] = [5, 6].map(Timestamp::from_millis);
        assert_eq!(
            parse(&row),
            Ok(Row::Live(Chat { number: id.chat, messages_count: 2, created_at, updated_at }))
        );
        row.insert("deleted_revision".to_owned(), number(2));
        assert_eq!(parse(&row), Ok(Row::Deleted));
    }
}
