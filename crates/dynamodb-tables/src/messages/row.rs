use conversation::ports::SWEPT_ROW_RETENTION;
use conversation::{
    Body, ChatId, GapCheck, IndexChange, IndexedMessage, Message, MessageId, MessageNumber, Revision, Row,
    Timestamp,
};

use crate::item::{
    Item, Malformed, check_version, get_number, get_time, item, number, parsed, string, take_string,
};
use crate::listing::Entry;

/// When DynamoDB may delete a swept row, in seconds since 1970-01-01. Other rows do not expire.
pub(crate) const EXPIRES_AT: &str = "expires_at";

pub(super) fn key(id: &MessageId) -> Item {
    item([("chat", string(id.chat.key())), ("number", number(id.message))])
}

/// What a sweep leaves of a message at `now`.
pub(super) fn swept(id: &MessageId, now: Timestamp) -> Item {
    let retention = i64::try_from(SWEPT_ROW_RETENTION.as_secs()).unwrap_or_default();
    let mut row = key(id);
    row.extend(item([
        ("deleted_revision", number(Revision::MAX)),
        (EXPIRES_AT, number(now.millis() / 1_000 + retention)),
    ]));
    row
}

pub(super) fn message_number(item: &Item) -> Result<MessageNumber, Malformed> {
    parsed(MessageNumber::new(get_number(item, "number")?), "number")
}

/// What a list makes of the row.
pub(super) fn entry(item: Item, gaps: &mut GapCheck) -> Result<Entry<Message>, Malformed> {
    let number = message_number(&item)?;
    // A tombstone has it if the message was created before its deletion.
    let created_at =
        if item.contains_key("created_at") { Some(get_time(&item, "created_at")?) } else { None };
    Ok(match parse(item)? {
        Row::Live(_) | Row::Deleted if !gaps.admits(number, created_at) => Entry::End,
        Row::Live(message) => Entry::Shown(message),
        Row::Absent | Row::Deleted => Entry::Hidden,
    })
}

/// The newest form of a row that this release reads.
pub(crate) const NEWEST_FORM: u32 = 1;

pub(super) fn parse(mut item: Item) -> Result<Row<Message>, Malformed> {
    check_version(&item, NEWEST_FORM)?;
    if item.contains_key("deleted_revision") {
        return Ok(Row::Deleted);
    }
    // An update may be stored before the creation.
    if !item.contains_key("created_revision") {
        return Ok(Row::Absent);
    }
    Ok(Row::Live(Message {
        body: parsed(Body::parse(take_string(&mut item, "body")?), "body")?,
        number: message_number(&item)?,
        created_at: get_time(&item, "created_at")?,
        updated_at: get_time(&item, "updated_at")?,
    }))
}

/// The message with the revision of its body.
pub(super) fn parse_indexed(chat: &ChatId, item: Item) -> Result<Row<IndexedMessage>, Malformed> {
    let revision = get_number(&item, "revision");
    Ok(match parse(item)? {
        Row::Live(message) => {
            let revision = parsed(Revision::new(revision?), "revision")?;
            Row::Live(IndexedMessage { chat: chat.clone(), message, revision })
        }
        Row::Deleted => Row::Deleted,
        Row::Absent => Row::Absent,
    })
}

/// What brings the index to the state of the row.
pub(super) fn index_change(id: &MessageId, item: Item) -> Result<Option<IndexChange>, Malformed> {
    Ok(match parse_indexed(&id.chat, item)? {
        Row::Live(message) => Some(IndexChange::Put(message)),
        Row::Deleted => Some(IndexChange::Remove(id.clone())),
        Row::Absent => None,
    })
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{application_id, chat_id, message_id};

    use super::*;
    use crate::item::ROW_VERSION;

    #[test]
    fn a_swept_row_is_a_tombstone_that_expires_after_a_day() {
        let id = message_id(&chat_id(&application_id(), 7), 3);
        let row = swept(&id, Timestamp::from_millis(1_999));
        assert_eq!(get_number(&row, EXPIRES_AT), Ok(86_401));
        assert_eq!(parse(row), Ok(Row::Deleted));
    }

    #[test]
    fn a_row_of_a_newer_release_is_an_error() {
        let mut row = key(&message_id(&chat_id(&application_id(), 7), 3));
        row.extend(item([
            ("body", string("hi")),
            ("revision", number(1)),
            ("created_revision", number(1)),
            ("created_at", number(5)),
            ("updated_at", number(5)),
            (ROW_VERSION, number(NEWEST_FORM)),
        ]));
        assert!(matches!(parse(row.clone()), Ok(Row::Live(_))));
        row.insert(ROW_VERSION.to_owned(), number(NEWEST_FORM + 1));
        assert_eq!(parse(row), Err(Malformed::NewerVersion(NEWEST_FORM + 1)));
    }

    #[test]
    fn the_index_follows_the_row() {
        let id = message_id(&chat_id(&application_id(), 7), 3);
        let mut row = key(&id);
        row.extend(item([("body", string("hi")), ("revision", number(4)), ("updated_at", number(6))]));
        assert_eq!(index_change(&id, row.clone()), Ok(None), "it is not created yet");
        row.extend(item([("created_revision", number(1)), ("created_at", number(5))]));
        let change = index_change(&id, row.clone()).unwrap().unwrap();
        assert!(matches!(change, IndexChange::Put(message) if message.revision.get() == 4));
        row.insert("deleted_revision".to_owned(), number(9));
        assert_eq!(index_change(&id, row), Ok(Some(IndexChange::Remove(id))));
    }
}
