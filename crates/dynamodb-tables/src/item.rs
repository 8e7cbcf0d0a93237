use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use aws_sdk_dynamodb::types::AttributeValue;
use conversation::Timestamp;
use conversation::ports::StoreError;

pub(crate) type Item = HashMap<String, AttributeValue>;

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
