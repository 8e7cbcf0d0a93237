//! What an update expression of DynamoDB makes of an item.

use std::collections::BTreeSet;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::item::{Item, number};
use super::operand::Reader;

/// Changes to an item: attributes that get a value, or lose it.
type Changes = Vec<(String, Option<Value>)>;

/// The item after the update that stands in `input`. All of it looks at the item as it was before.
pub(crate) fn updated(item: &Item, input: &Value) -> Result<(Item, Changes)> {
    let expression = input.get("UpdateExpression").and_then(Value::as_str).unwrap_or_default();
    let mut reader = Reader::new(expression, item, input);
    let mut changes = Changes::new();
    while reader.peek().is_some() {
        let clause = reader.word()?.to_ascii_uppercase();
        loop {
            let name = reader.name()?;
            let value = match clause.as_str() {
                "SET" => {
                    reader.expect("=")?;
                    Some(sum(&mut reader)?)
                }
                "REMOVE" => None,
                "ADD" => {
                    let value = reader.value()?;
                    Some(added(reader.attribute(&name), value)?)
                }
                other => bail!("the stub of DynamoDB does not know {other}"),
            };
            changes.push((name, value));
            if !reader.takes(",") {
                break;
            }
        }
    }
    let mut item = item.clone();
    for (name, value) in &changes {
        match value {
            Some(value) => item.insert(name.clone(), value.clone()),
            None => item.remove(name),
        };
    }
    Ok((item, changes))
}

fn sum(reader: &mut Reader<'_>) -> Result<Value> {
    let mut sum = term(reader)?;
    for (sign, factor) in [("+", 1), ("-", -1)] {
        if reader.takes(sign) {
            let value = term(reader)?;
            let (left, right) = (number(&sum).context("no number")?, number(&value).context("no number")?);
            sum = json!({ "N": (left + factor * right).to_string() });
        }
    }
    Ok(sum)
}

fn term(reader: &mut Reader<'_>) -> Result<Value> {
    if !reader.takes("if_not_exists") {
        return reader.operand()?.context("the attribute is not there");
    }
    reader.expect("(")?;
    let name = reader.name()?;
    reader.expect(",")?;
    let otherwise = reader.operand()?;
    reader.expect(")")?;
    reader.attribute(&name).or(otherwise).context("the attribute is not there")
}

fn added(before: Option<Value>, value: Value) -> Result<Value> {
    let Some(before) = before else { return Ok(value) };
    if let (Some(left), Some(right)) = (number(&before), number(&value)) {
        return Ok(json!({ "N": (left + right).to_string() }));
    }
    for kind in ["NS", "SS"] {
        if let (Some(Value::Array(left)), Some(Value::Array(right))) = (before.get(kind), value.get(kind)) {
            let all: BTreeSet<&str> = left.iter().chain(right).filter_map(Value::as_str).collect();
            return Ok(json!({ kind: all }));
        }
    }
    bail!("ADD of {value} to {before}")
}
