//! Items and their attributes.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Display;
use std::str::FromStr;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use conversation::ports::StoreError;
use conversation::{Revision, Timestamp};

pub(crate) type Item = HashMap<String, AttributeValue>;

/// Reads one item. A consistent read includes every write that completed before it, and costs twice as much.
pub(crate) async fn get_item(
    client: &Client,
    table: &str,
    key: Item,
    consistent: bool,
) -> Result<Option<Item>, StoreError> {
    let output = client
        .get_item()
        .table_name(table)
        .set_key(Some(key))
        .consistent_read(consistent)
        .send()
        .await
        .map_err(StoreError::new)?;
    Ok(output.item)
}

/// The rows of a table, as DynamoDB counted them within the last six hours.
pub(crate) async fn approximate_rows(client: &Client, table: &str) -> Result<u64, StoreError> {
    let described = client.describe_table().table_name(table).send().await.map_err(StoreError::new)?;
    let rows = described.table.and_then(|table| table.item_count).unwrap_or_default();
    Ok(u64::try_from(rows).unwrap_or_default())
}

pub(crate) fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.map(|(name, value)| (name.to_owned(), value)).into()
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

/// This release cannot read a row.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    /// An attribute does not have the form in which this code writes it.
    #[error("attribute {0} is missing or malformed")]
    Attribute(&'static str),
    /// A newer release wrote the row. During a deployment, functions of two releases run.
    #[error("the row has the form of a newer release: version {0}")]
    NewerVersion(u32),
}

impl From<Malformed> for StoreError {
    fn from(malformed: Malformed) -> Self {
        Self::new(malformed)
    }
}

/// The attribute with the version of a row's form.
pub(crate) const ROW_VERSION: &str = "row_version";

/// Fails if the row's form is newer than the newest one that the caller knows. A row without a version has the first form.
pub(crate) fn check_version(row: &Item, newest: u32) -> Result<(), Malformed> {
    let version = if row.contains_key(ROW_VERSION) { get_number(row, ROW_VERSION)? } else { 1 };
    if version > newest { Err(Malformed::NewerVersion(version)) } else { Ok(()) }
}

pub(crate) fn get_number<N: FromStr>(item: &Item, name: &'static str) -> Result<N, Malformed> {
    let text = item.get(name).and_then(|value| value.as_n().ok());
    text.and_then(|text| text.parse().ok()).ok_or(Malformed::Attribute(name))
}

/// A number that starts at 0: 0 if it is missing.
pub(crate) fn get_count<N: FromStr + Default>(item: &Item, name: &'static str) -> Result<N, Malformed> {
    if item.contains_key(name) { get_number(item, name) } else { Ok(N::default()) }
}

/// A set of numbers, which is missing if it is empty.
pub(crate) fn get_numbers(item: &Item, name: &'static str) -> Result<BTreeSet<u64>, Malformed> {
    match item.get(name) {
        None => Ok(BTreeSet::new()),
        Some(AttributeValue::Ns(numbers)) => {
            parsed(numbers.iter().map(|text| text.parse()).collect::<Result<_, _>>(), name)
        }
        Some(_) => Err(Malformed::Attribute(name)),
    }
}

pub(crate) fn numbers(values: &BTreeSet<u64>) -> AttributeValue {
    AttributeValue::Ns(values.iter().map(u64::to_string).collect())
}

/// A count as readers see it. The stored one is negative for a moment if a deletion is counted before its creation.
pub(crate) fn get_readable_count(item: &Item, name: &'static str) -> Result<u64, Malformed> {
    let count: i64 = get_count(item, name)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

pub(crate) fn get_time(item: &Item, name: &'static str) -> Result<Timestamp, Malformed> {
    get_number(item, name).map(Timestamp::from_millis)
}

pub(crate) fn get_string<'a>(item: &'a Item, name: &'static str) -> Result<&'a str, Malformed> {
    item.get(name).and_then(|value| value.as_s().ok()).map(String::as_str).ok_or(Malformed::Attribute(name))
}

/// Moves the string out of the item: a body is large.
pub(crate) fn take_string(item: &mut Item, name: &'static str) -> Result<String, Malformed> {
    match item.remove(name) {
        Some(AttributeValue::S(text)) => Ok(text),
        _ => Err(Malformed::Attribute(name)),
    }
}

pub(crate) fn parsed<T, E>(value: Result<T, E>, name: &'static str) -> Result<T, Malformed> {
    value.map_err(|_| Malformed::Attribute(name))
}

/// What the creation with this revision and time adds to the parent's count: 1 if it created this row, 0 if the row was
/// deleted first. `None` if another write created it.
pub(crate) fn creation_delta(
    row: &Item,
    revision: Revision,
    at: Timestamp,
) -> Result<Option<i64>, Malformed> {
    if !row.contains_key("created_revision") {
        return Ok(Some(0));
    }
    // The tombstones of chats from before ADR 21 have no time.
    let same_time = !row.contains_key("created_at") || get_time(row, "created_at")? == at;
    Ok((has_revision(row, "created_revision", revision)? && same_time).then_some(1))
}

/// Whether the attribute holds this revision: whether this write set it.
fn has_revision(row: &Item, name: &'static str, revision: Revision) -> Result<bool, Malformed> {
    let found: u64 = get_count(row, name)?;
    Ok(found == revision.get())
}

/// What the deletion with this revision adds to the parent's count: -1 if it made this tombstone of a row that was
/// created, else 0.
pub(crate) fn deletion_delta(tombstone: &Item, revision: Revision) -> Result<i64, Malformed> {
    let ours = has_revision(tombstone, "deleted_revision", revision)?;
    Ok(if ours && tombstone.contains_key("created_revision") { -1 } else { 0 })
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::revision;

    use super::*;

    #[test]
    fn a_negative_count_reads_as_zero() {
        for (stored, readable) in
            [(number(-1), Ok(0)), (number(2), Ok(2)), (string("2"), Err(Malformed::Attribute("count")))]
        {
            assert_eq!(get_readable_count(&item([("count", stored)]), "count"), readable);
        }
        assert_eq!(get_readable_count(&Item::new(), "count"), Ok(0));
    }

    #[test]
    fn only_the_creation_that_made_the_row_is_counted() {
        let at = Timestamp::from_millis;
        let row = item([("created_revision", number(1)), ("created_at", number(5))]);
        assert_eq!(creation_delta(&row, revision(1), at(5)), Ok(Some(1)));
        assert_eq!(creation_delta(&row, revision(2), at(5)), Ok(None), "another revision");
        assert_eq!(creation_delta(&row, revision(1), at(6)), Ok(None), "a revision that was given out twice");
        let tombstone_of_chat = item([("created_revision", number(1)), ("deleted_revision", number(4))]);
        assert_eq!(creation_delta(&tombstone_of_chat, revision(1), at(5)), Ok(Some(1)));
        assert_eq!(creation_delta(&tombstone_of_chat, revision(2), at(5)), Ok(None));
        let deleted_first = item([("deleted_revision", number(4))]);
        assert_eq!(creation_delta(&deleted_first, revision(1), at(5)), Ok(Some(0)));
    }

    #[test]
    fn only_the_deletion_that_made_the_tombstone_of_a_created_row_is_counted() {
        let created = item([("created_revision", number(1)), ("deleted_revision", number(4))]);
        assert_eq!(deletion_delta(&created, revision(4)), Ok(-1));
        assert_eq!(deletion_delta(&created, revision(5)), Ok(0));
        let never_created = item([("deleted_revision", number(4))]);
        assert_eq!(deletion_delta(&never_created, revision(4)), Ok(0));
    }
}
