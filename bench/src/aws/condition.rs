//! Whether a condition of DynamoDB holds for an item.

use std::cmp::Ordering;

use anyhow::{Result, bail};
use serde_json::Value;

use super::item::{Item, compare};
use super::operand::Reader;

/// Whether the item meets the condition that stands in `input` under `member`; true where there is none.
pub(crate) fn holds(member: &str, item: &Item, input: &Value) -> Result<bool> {
    let Some(expression) = input.get(member).and_then(Value::as_str) else { return Ok(true) };
    let mut reader = Reader::new(expression, item, input);
    let holds = any(&mut reader)?;
    match reader.peek() {
        None => Ok(holds),
        Some(word) => bail!("{word} is left over in {expression}"),
    }
}

fn any(reader: &mut Reader<'_>) -> Result<bool> {
    let mut holds = all(reader)?;
    while reader.takes("OR") {
        holds |= all(reader)?;
    }
    Ok(holds)
}

fn all(reader: &mut Reader<'_>) -> Result<bool> {
    let mut holds = one(reader)?;
    while reader.takes("AND") {
        holds &= one(reader)?;
    }
    Ok(holds)
}

fn one(reader: &mut Reader<'_>) -> Result<bool> {
    if reader.takes("NOT") {
        return Ok(!one(reader)?);
    }
    if reader.takes("(") {
        let holds = any(reader)?;
        reader.expect(")")?;
        return Ok(holds);
    }
    for (function, wanted) in [("attribute_exists", true), ("attribute_not_exists", false)] {
        if reader.takes(function) {
            reader.expect("(")?;
            let name = reader.name()?;
            reader.expect(")")?;
            return Ok(reader.attribute(&name).is_some() == wanted);
        }
    }
    comparison(reader)
}

fn comparison(reader: &mut Reader<'_>) -> Result<bool> {
    let left = reader.operand()?;
    if reader.takes("IN") {
        return one_of(left.as_ref(), reader);
    }
    let operator = reader.word()?;
    let right = reader.operand()?;
    let order = match (&left, &right) {
        (Some(left), Some(right)) => compare(left, right),
        _ => None,
    };
    Ok(match operator.as_str() {
        "=" => order == Some(Ordering::Equal),
        "<>" => order != Some(Ordering::Equal),
        "<" => order == Some(Ordering::Less),
        ">" => order == Some(Ordering::Greater),
        "<=" => order.is_some_and(Ordering::is_le),
        ">=" => order.is_some_and(Ordering::is_ge),
        other => bail!("the stub of DynamoDB does not know {other}"),
    })
}

/// Whether the value is among those that follow in parentheses.
fn one_of(value: Option<&Value>, reader: &mut Reader<'_>) -> Result<bool> {
    reader.expect("(")?;
    let mut found = false;
    loop {
        let candidate = reader.operand()?;
        let order = value.zip(candidate.as_ref()).and_then(|(value, candidate)| compare(value, candidate));
        found |= order == Some(Ordering::Equal);
        if !reader.takes(",") {
            reader.expect(")")?;
            return Ok(found);
        }
    }
}
