//! The operations of DynamoDB that the functions use, done for real on items in memory.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::condition::holds;
use super::item::Item;
use super::reading;
use super::tables::{Tables, units};
use super::update::updated;
use crate::recording::Cost;

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
            "GetItem" => reading::get(&self.tables, input),
            "Query" => reading::query(&self.tables, input),
            "PutItem" | "UpdateItem" | "DeleteItem" => self.single(operation, input),
            "TransactWriteItems" => self.transaction(input),
            "BatchWriteItem" => self.batch(input),
            _ => bail!("the stub of DynamoDB does not know {operation}"),
        }
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

    /// As many single writes without conditions; each costs what it would cost alone.
    fn batch(&mut self, input: &Value) -> Result<Outcome> {
        let (mut tables, mut write) = (Vec::new(), 0.0);
        for (table, requests) in object(input, "RequestItems")? {
            for request in requests.as_array().context("no requests")? {
                let Some(key) = request.pointer("/DeleteRequest/Key").and_then(Value::as_object) else {
                    bail!("the stub of DynamoDB does not know {request} in a batch");
                };
                let (table_units, index_units) = self.tables.replace(table, key, None)?;
                write += table_units + index_units;
            }
            tables.push(table.as_str());
        }
        Ok(Outcome {
            status: 200,
            answer: json!({ "UnprocessedItems": {} }),
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
                    Some("ALL_OLD") => before.map_or_else(|| json!({}), |item| json!({ "Attributes": item })),
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

pub(super) fn table(input: &Value) -> Result<&str> {
    input.get("TableName").and_then(Value::as_str).context("no TableName")
}

pub(super) fn object<'a>(input: &'a Value, name: &str) -> Result<&'a Item> {
    input.get(name).and_then(Value::as_object).with_context(|| format!("no {name}"))
}
