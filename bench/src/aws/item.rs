//! Items and values in DynamoDB's JSON, their order and their size.

use std::cmp::Ordering;

use serde_json::{Map, Value};

pub(crate) type Item = Map<String, Value>;

fn typed(value: &Value) -> Option<(&str, &Value)> {
    value.as_object()?.iter().next().map(|(kind, value)| (kind.as_str(), value))
}

/// Values of one type have an order; others are only equal or not.
pub(crate) fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (typed(left)?, typed(right)?) {
        (("N", left), ("N", right)) => Some(parse(left)?.cmp(&parse(right)?)),
        (("S", left), ("S", right)) => Some(left.as_str()?.cmp(right.as_str()?)),
        (left, right) => (left == right).then_some(Ordering::Equal),
    }
}

fn parse(number: &Value) -> Option<i128> {
    number.as_str()?.parse().ok()
}

/// The whole number that a value is; the functions write no others.
pub(crate) fn number(value: &Value) -> Option<i128> {
    parse(value.get("N")?)
}

/// An item's size in bytes: its attributes' names and values, each name in full.
/// Source: "DynamoDB item sizes and formats" in the Amazon DynamoDB developer guide.
pub(crate) fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + value_size(value)).sum()
}

fn value_size(value: &Value) -> usize {
    match typed(value) {
        Some(("S" | "B", Value::String(text))) => text.len(),
        Some(("N", number)) => number_size(number),
        Some(("NS", Value::Array(numbers))) => numbers.iter().map(number_size).sum(),
        Some(("SS" | "BS", Value::Array(texts))) => {
            texts.iter().filter_map(Value::as_str).map(str::len).sum()
        }
        Some(("L", Value::Array(values))) => {
            3 + values.iter().map(|value| 1 + value_size(value)).sum::<usize>()
        }
        Some(("M", Value::Object(map))) => 3 + map.len() + size(map),
        _ => 1,
    }
}

/// A byte for every two digits, and one more; one more again below zero.
fn number_size(number: &Value) -> usize {
    let text = number.as_str().unwrap_or_default();
    let digits = text.trim_start_matches('-').trim_matches('0').len();
    digits.div_ceil(2) + 1 + usize::from(text.starts_with('-'))
}
