//! Reading single items and pages.

use std::borrow::Cow;
use std::cmp::Ordering;

use anyhow::Result;
use serde_json::{Value, json};

use super::condition::holds;
use super::dynamodb::{Outcome, object, table};
use super::item::{Item, compare, size};
use super::operand::Reader;
use super::tables::{Tables, count};
use crate::recording::Cost;

/// DynamoDB ends a page of a Query at this size.
const PAGE_BYTES: usize = 1024 * 1024;

pub(super) fn get(tables: &Tables, input: &Value) -> Result<Outcome> {
    let item = tables.get(table(input)?, object(input, "Key")?)?;
    let answer = item.map_or_else(|| json!({}), |item| json!({ "Item": item }));
    let read = read_units(item.map_or(0, size), input);
    Ok(Outcome { status: 200, answer, table: table(input)?.to_owned(), cost: Cost { write: 0.0, read } })
}

pub(super) fn query(tables: &Tables, input: &Value) -> Result<Outcome> {
    let mut found: Vec<&Item> = Vec::new();
    for item in tables.all(table(input)?) {
        if holds("KeyConditionExpression", item, input)? {
            found.push(item);
        }
    }
    let sort = if input.get("IndexName").is_some() { "created_key" } else { "number" };
    found.sort_by(|left, right| {
        left.get(sort)
            .zip(right.get(sort))
            .and_then(|(left, right)| compare(left, right))
            .unwrap_or(Ordering::Equal)
    });
    if input.get("ScanIndexForward") == Some(&json!(false)) {
        found.reverse();
    }
    let limit = input.get("Limit").and_then(Value::as_u64).map_or(Ok(usize::MAX), usize::try_from)?;
    let (mut page, mut bytes) = (Vec::new(), 0);
    for item in found.iter().take(limit) {
        page.push(projected(item, input)?);
        bytes += size(item);
        if bytes >= PAGE_BYTES {
            break;
        }
    }
    let mut answer = json!({ "Items": page, "Count": page.len(), "ScannedCount": page.len() });
    let last = found.iter().take(page.len()).next_back();
    if let (Some(last), true, Some(answer)) = (last, page.len() < found.len(), answer.as_object_mut()) {
        answer.insert("LastEvaluatedKey".to_owned(), json!({ sort: last.get(sort) }));
    }
    let name = [Some(table(input)?), input.get("IndexName").and_then(Value::as_str)].into_iter().flatten();
    let cost = Cost { write: 0.0, read: read_units(bytes, input) };
    Ok(Outcome { status: 200, answer, table: name.collect::<Vec<_>>().join("/"), cost })
}

/// What the projection of the Query, if it has one, leaves of an item. Units are counted of the whole.
fn projected<'a>(item: &'a Item, input: &Value) -> Result<Cow<'a, Item>> {
    let Some(expression) = input.get("ProjectionExpression").and_then(Value::as_str) else {
        return Ok(Cow::Borrowed(item));
    };
    let mut reader = Reader::new(expression, item, input);
    let mut left = Item::new();
    loop {
        let name = reader.name()?;
        if let Some(value) = reader.attribute(&name) {
            left.insert(name, value);
        }
        if !reader.takes(",") {
            return Ok(Cow::Owned(left));
        }
    }
}

/// A unit for each 4 KiB begun, at least one; half of that where the read need not be consistent.
fn read_units(bytes: usize, input: &Value) -> f64 {
    let whole = count(bytes.div_ceil(4096).max(1));
    if input.get("ConsistentRead") == Some(&json!(true)) { whole } else { whole / 2.0 }
}
