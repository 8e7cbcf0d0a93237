use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use conversation::ports::StoreError;
use conversation::{Revision, Timestamp};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// Reads one item. A consistent read sees every write that was answered before it, at twice the price.
pub(crate) async fn get_item(
    client: &Client,
    table: &str,
    key: Item,
    consistent: bool,
) -> Result<Option<Item>, StoreError> {
    let answer = client
        .get_item()
        .table_name(table)
        .set_key(Some(key))
        .consistent_read(consistent)
        .send()
        .await
        .map_err(StoreError::new)?;
    Ok(answer.item)
}

/// Whether the row owes what `name` says to the write of this revision.
pub(crate) fn has_revision(row: &Item, name: &'static str, revision: Revision) -> Result<bool, Malformed> {
    let found: u64 = get_count(row, name)?;
    Ok(found == revision.get())
}

/// What the deletion of this revision took from the count, by the tombstone: nothing where another one
/// deleted the row, or where there was none.
pub(crate) fn removed(tombstone: &Item, revision: Revision) -> Result<i64, Malformed> {
    let ours = has_revision(tombstone, "deleted_revision", revision)?;
    Ok(if ours && tombstone.contains_key("created_revision") { -1 } else { 0 })
}

pub(crate) fn string(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

pub(crate) fn time(value: Timestamp) -> AttributeValue {
    number(value.millis())
}

/// An item has an attribute that this code did not write so.
#[derive(Debug, thiserror::Error)]
#[error("attribute {0} is missing or malformed")]
pub(crate) struct Malformed(&'static str);

impl From<Malformed> for StoreError {
    fn from(malformed: Malformed) -> Self {
        Self::new(malformed)
    }
}

pub(crate) fn get_number<N: FromStr>(item: &Item, name: &'static str) -> Result<N, Malformed> {
    let text = item.get(name).and_then(|value| value.as_n().ok());
    text.and_then(|text| text.parse().ok()).ok_or(Malformed(name))
}

/// A number that counts from nothing: absent means the default.
pub(crate) fn get_count<N: FromStr + Default>(item: &Item, name: &'static str) -> Result<N, Malformed> {
    if item.contains_key(name) { get_number(item, name) } else { Ok(N::default()) }
}

/// A count of what readers see. It may be below nothing for a moment, where a deletion is counted and the
/// creation before it is not yet.
pub(crate) fn get_readable(item: &Item, name: &'static str) -> Result<u64, Malformed> {
    let count: i64 = get_count(item, name)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

pub(crate) fn get_time(item: &Item, name: &'static str) -> Result<Timestamp, Malformed> {
    get_number(item, name).map(Timestamp::from_millis)
}

/// Takes the string out of the item, without a copy.
pub(crate) fn take_string(item: &mut Item, name: &'static str) -> Result<String, Malformed> {
    match item.remove(name) {
        Some(AttributeValue::S(text)) => Ok(text),
        _ => Err(Malformed(name)),
    }
}

pub(crate) fn parsed<T, E>(value: Result<T, E>, name: &'static str) -> Result<T, Malformed> {
    value.map_err(|_| Malformed(name))
}
