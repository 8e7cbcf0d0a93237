//! The operations of DynamoDB that the functions use, done for real on items in memory.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::condition::holds;
use super::item::{Item, compare, size};
use super::tables::{Tables, count, units};
use super::update::updated;
use crate::recording::Cost;

/// DynamoDB ends a page of a Query at this size.
const PAGE_BYTES: usize = 1024 * 1024;

#[derive(Debug, Default)]
pub(crate) struct DynamoDb {
    tables: Tables,
}

#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: u16,
    pub(crate) answer: Value,
    /// The table, or tables.
    pub(crate) table: String,
    pub(crate) cost: Cost,
}

/// What a write came to.
enum Written {
    Done {
        attributes: Value,
        table_units: f64,
        index_units: f64,
    },
    /// The condition did not hold, which costs as much as a write of what is there.
    Refused {
        item: Option<Item>,
        table_units: f64,
    },
}

impl DynamoDb {
    pub(crate) fn perform(&mut self, operation: &str, input: &Value) -> Result<Outcome> {
        match operation {
            "GetItem" => self.get(input),
            "Query" => self.query(input),
            "PutItem" | "UpdateItem" | "DeleteItem" => self.single(operation, input),
            "TransactWriteItems" => self.transaction(input),
            _ => bail!("the stub of DynamoDB does not know {operation}"),
        }
    }

    fn get(&self, input: &Value) -> Result<Outcome> {
        let item = self.tables.get(table(input)?, object(input, "Key")?)?;
        let answer = item.map_or_else(|| json!({}), |item| json!({ "Item": item }));
        let read = read_units(item.map_or(0, size), input);
        Ok(Outcome { status: 200, answer, table: table(input)?.to_owned(), cost: Cost { write: 0.0, read } })
    }

    fn query(&self, input: &Value) -> Result<Outcome> {
        let mut found: Vec<&Item> = Vec::new();
        for item in self.tables.all(table(input)?) {
            if holds("KeyConditionExpression", item, input)? {
                found.push(item);
            }
        }
        let sort = if input.get("IndexName").is_some() { "created_key" } else { "number" };
        found.sort_by(|left, right| {
            left.get(sort)
                .zip(right.get(sort))
                .and_then(|(left, right)| compare(left, right))
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        if input.get("ScanIndexForward") == Some(&json!(false)) {
            found.reverse();
        }
        let limit = input.get("Limit").and_then(Value::as_u64).map_or(Ok(usize::MAX), usize::try_from)?;
        let (mut page, mut bytes) = (Vec::new(), 0);
        for item in found.iter().take(limit) {
            page.push(item);
            bytes += size(item);
            if bytes >= PAGE_BYTES {
                break;
            }
        }
        let mut answer = json!({ "Items": page, "Count": page.len(), "ScannedCount": page.len() });
        if let (Some(last), true, Some(answer)) =
            (page.last(), page.len() < found.len(), answer.as_object_mut())
        {
            answer.insert("LastEvaluatedKey".to_owned(), json!({ sort: last.get(sort) }));
        }
        let name =
            [Some(table(input)?), input.get("IndexName").and_then(Value::as_str)].into_iter().flatten();
        let cost = Cost { write: 0.0, read: read_units(bytes, input) };
        Ok(Outcome { status: 200, answer, table: name.collect::<Vec<_>>().join("/"), cost })
    }

    fn single(&mut self, operation: &str, input: &Value) -> Result<Outcome> {
        let table = table(input)?.to_owned();
        let (status, answer, write) = match self.write(operation, input)? {
            Written::Done { attributes, table_units, index_units } => {
                (200, attributes, table_units + index_units)
            }
            Written::Refused { item, table_units } => {
                let mut refusal = json!({
                    "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
                    "message": "The conditional request failed",
                });
                if let (Some(item), Some(refusal)) = (item, refusal.as_object_mut()) {
                    refusal.insert("Item".to_owned(), Value::Object(item));
                }
                (400, refusal, table_units)
            }
        };
        Ok(Outcome { status, answer, table, cost: Cost { write, read: 0.0 } })
    }

    /// Twice the units for the tables; the index follows later, outside of the transaction.
    fn transaction(&mut self, input: &Value) -> Result<Outcome> {
        let (mut tables, mut write) = (Vec::new(), 0.0);
        for action in input.get("TransactItems").and_then(Value::as_array).context("no TransactItems")? {
            let (kind, input) =
                action.as_object().and_then(|action| action.iter().next()).context("no action")?;
            match self.write(&format!("{kind}Item"), input)? {
                Written::Done { table_units, index_units, .. } => write += 2.0 * table_units + index_units,
                Written::Refused { .. } => bail!("the stub of DynamoDB does not undo transactions"),
            }
            tables.push(table(input)?);
        }
        Ok(Outcome {
            status: 200,
            answer: json!({}),
            table: tables.join(" + "),
            cost: Cost { write, read: 0.0 },
        })
    }

    fn write(&mut self, operation: &str, input: &Value) -> Result<Written> {
        let table = table(input)?;
        let key = object(input, if operation == "PutItem" { "Item" } else { "Key" })?;
        let before = self.tables.get(table, key)?.cloned();
        let seen = before.clone().unwrap_or_default();
        if !holds("ConditionExpression", &seen, input)? {
            let wants_item = input.get("ReturnValuesOnConditionCheckFailure") == Some(&json!("ALL_OLD"));
            let table_units = units(before.as_ref(), None);
            return Ok(Written::Refused { item: before.filter(|_| wants_item), table_units });
        }
        let (after, attributes) = match operation {
            "PutItem" => (Some(key.clone()), json!({})),
            "DeleteItem" => (None, json!({})),
            _ => {
                let (mut item, changes) = updated(&seen, input)?;
                item.extend(key.clone());
                let attributes = match input.get("ReturnValues").and_then(Value::as_str) {
                    Some("ALL_NEW") => json!({ "Attributes": item }),
                    Some("ALL_OLD") => json!({ "Attributes": before }),
                    Some("UPDATED_NEW") => {
                        let new: Item =
                            changes.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
                        json!({ "Attributes": new })
                    }
                    _ => json!({}),
                };
                (Some(item), attributes)
            }
        };
        let (table_units, index_units) = self.tables.replace(table, key, after)?;
        Ok(Written::Done { attributes, table_units, index_units })
    }
}

fn table(input: &Value) -> Result<&str> {
    input.get("TableName").and_then(Value::as_str).context("no TableName")
}

fn object<'a>(input: &'a Value, name: &str) -> Result<&'a Item> {
    input.get(name).and_then(Value::as_object).with_context(|| format!("no {name}"))
}

/// A unit for each 4 KiB begun, at least one; half of that where the read need not be consistent.
fn read_units(bytes: usize, input: &Value) -> f64 {
    let whole = count(bytes.div_ceil(4096).max(1));
    if input.get("ConsistentRead") == Some(&json!(true)) { whole } else { whole / 2.0 }
}
