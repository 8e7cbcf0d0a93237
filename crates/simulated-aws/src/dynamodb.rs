use std::collections::BTreeSet;
use std::fmt;

use anyhow::{Context, Result, bail};
use dynoxide::types::{item_size, write_capacity_units};
use dynoxide::{Database, DynoxideError};
use serde_json::{Map, Value, json};

use crate::recording::{Permission, Units};
use crate::reply::Reply;

/// The tables, in the embedded engine. The engine reports the units of what it does; this adds those of
/// refused writes, which DynamoDB charges too but does not report.
pub(crate) struct DynamoDb(Database);

impl fmt::Debug for DynamoDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoDb").finish_non_exhaustive()
    }
}

impl DynamoDb {
    /// `tables`: the inputs of `CreateTable`.
    pub(crate) fn new(tables: impl IntoIterator<Item = Value>) -> Result<Self> {
        let database = Database::memory()?;
        for table in tables {
            database.create_table(serde_json::from_value(table)?)?;
        }
        Ok(Self(database))
    }

    /// Performs an operation. An error of DynamoDB is a reply; `Err` means that the operation is not simulated
    /// or that the input has another form.
    pub(crate) fn perform(&self, operation: &str, mut input: Value) -> Result<(Reply, Units)> {
        let wanted = Wanted::take(operation, input.as_object_mut().context("the input is not an object")?);
        let actions = input.get("TransactItems").and_then(Value::as_array).map_or(0, Vec::len);
        let (status, mut body, units) = match self.dispatch(operation, input)? {
            Ok(body) => {
                let units = capacity_units(body.get("ConsumedCapacity"));
                (200, body, units)
            }
            Err(error) => (
                error.status_code(),
                serde_json::from_str(&error.to_json())?,
                units_of_refusal(&error, actions),
            ),
        };
        if let Some(body) = body.as_object_mut() {
            wanted.reduce(body);
        }
        let units = match operation {
            "BatchGetItem" | "GetItem" | "Query" | "Scan" => Units { write: 0.0, read: units },
            _ => Units { write: units, read: 0.0 },
        };
        Ok((Reply { status, body }, units))
    }

    /// All rows of a table.
    pub(crate) fn rows(&self, table: &str) -> Result<Vec<Value>> {
        let mut rows = Vec::new();
        let mut start = Value::Null;
        loop {
            let mut input = json!({ "TableName": table, "ConsistentRead": true });
            if let (false, Some(input)) = (start.is_null(), input.as_object_mut()) {
                input.insert("ExclusiveStartKey".to_owned(), start);
            }
            let mut page = serde_json::to_value(self.0.scan(serde_json::from_value(input)?)?)?;
            if let Some(items) = page.get_mut("Items").and_then(Value::as_array_mut) {
                rows.append(items);
            }
            start = page.get_mut("LastEvaluatedKey").map(Value::take).unwrap_or_default();
            if start.is_null() {
                return Ok(rows);
            }
        }
    }

    fn dispatch(&self, operation: &str, input: Value) -> Result<Result<Value, DynoxideError>> {
        macro_rules! run {
            ($method:ident) => {
                self.0.$method(serde_json::from_value(input)?).map(|output| serde_json::to_value(&output))
            };
        }
        let output = match operation {
            "BatchGetItem" => run!(batch_get_item),
            "BatchWriteItem" => run!(batch_write_item),
            "DeleteItem" => run!(delete_item),
            "DescribeTable" => run!(describe_table),
            "GetItem" => run!(get_item),
            "PutItem" => run!(put_item),
            "Query" => run!(query),
            "Scan" => run!(scan),
            "TransactWriteItems" => run!(transact_write_items),
            "UpdateItem" => run!(update_item),
            _ => bail!("{operation} of DynamoDB is not simulated"),
        };
        Ok(match output {
            Ok(output) => Ok(output?),
            Err(error) => Err(error),
        })
    }
}

/// What the caller wants in the reply. The engine is asked for all that tells the units.
struct Wanted {
    units: bool,
    /// The item that fails the condition.
    item: bool,
    /// The key of an update whose old item is wanted.
    old_of: Option<Value>,
}

impl Wanted {
    fn take(operation: &str, input: &mut Map<String, Value>) -> Self {
        let all_old = Some(json!("ALL_OLD"));
        let old_of =
            if input.get("ReturnValues") == all_old.as_ref() { input.get("Key").cloned() } else { None };
        let units = input.insert("ReturnConsumedCapacity".to_owned(), json!("TOTAL")).is_some();
        let is_conditional = matches!(operation, "PutItem" | "UpdateItem" | "DeleteItem");
        let item = is_conditional
            && input.insert("ReturnValuesOnConditionCheckFailure".to_owned(), json!("ALL_OLD")) == all_old;
        Self { units, item, old_of }
    }

    /// Removes the rest from the body of the reply.
    fn reduce(&self, body: &mut Map<String, Value>) {
        if !self.units {
            body.remove("ConsumedCapacity");
        }
        if !self.item && body.contains_key("__type") {
            body.remove("Item");
        }
        // If there was no item, the engine returns the key as the old item; DynamoDB returns nothing.
        if self.old_of.is_some() && body.get("Attributes") == self.old_of.as_ref() {
            body.remove("Attributes");
        }
    }
}

/// The sum over all tables; a call that may concern several has a list.
fn capacity_units(consumed: Option<&Value>) -> f64 {
    let one = |consumed: &Value| consumed.get("CapacityUnits").and_then(Value::as_f64).unwrap_or_default();
    consumed.map_or(0.0, |consumed| match consumed.as_array() {
        Some(tables) => tables.iter().map(one).sum(),
        None => one(consumed),
    })
}

/// A write whose condition fails costs a write of the item that is there. A cancelled transaction costs twice
/// that for each of its actions; its items are counted as one unit.
/// Source: "DynamoDB read and write operations" in the Amazon DynamoDB developer guide.
fn units_of_refusal(error: &DynoxideError, actions: usize) -> f64 {
    match error {
        DynoxideError::ConditionalCheckFailedException(_, item) => {
            write_capacity_units(item.as_ref().map_or(0, item_size))
        }
        DynoxideError::TransactionCanceledException(..) => {
            2.0 * f64::from(u32::try_from(actions).unwrap_or(u32::MAX))
        }
        _ => 0.0,
    }
}

/// What a role must be allowed for this call.
/// Source: "Actions, resources, and condition keys for Amazon DynamoDB" in the Service Authorization Reference.
pub(crate) fn permissions(operation: &str, input: &Value) -> Result<BTreeSet<Permission>> {
    let action = format!("dynamodb:{operation}");
    match operation {
        "TransactWriteItems" => {
            let actions = input.get("TransactItems").and_then(Value::as_array).context("no TransactItems")?;
            actions
                .iter()
                .map(|action| {
                    let (kind, input) = action
                        .as_object()
                        .and_then(|action| action.iter().next())
                        .context("an empty action")?;
                    let kind =
                        if kind == "ConditionCheck" { "ConditionCheckItem" } else { &format!("{kind}Item") };
                    Ok(Permission::new(format!("dynamodb:{kind}"), table(input)?))
                })
                .collect()
        }
        "BatchGetItem" | "BatchWriteItem" => {
            let tables = input.get("RequestItems").and_then(Value::as_object).map(Map::keys);
            let tables = tables.context("no RequestItems")?;
            Ok(tables.map(|table| Permission::new(&action, table)).collect())
        }
        _ => {
            let table = table(input)?;
            let resource = match input.get("IndexName").and_then(Value::as_str) {
                Some(index) => format!("{table}/index/{index}"),
                None => table.to_owned(),
            };
            Ok([Permission::new(action, resource)].into())
        }
    }
}

fn table(input: &Value) -> Result<&str> {
    input.get("TableName").and_then(Value::as_str).context("no TableName")
}
