//! Amazon DynamoDB: the embedded engine, with the limits of a partition.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use deployment_template::Template;
use serde_json::{Value, json};
use simulated_aws::{Aws, Reply, Units};

/// The most units a second of one partition. The simulation keeps each partition key in a partition of its own.
/// Source: "Best practices for designing and using partition keys effectively" in the Amazon DynamoDB developer guide.
const WRITE_UNITS: f64 = 1_000.0;
const READ_UNITS: f64 = 3_000.0;
/// The full budgets that are remembered before they are dropped.
const REMEMBERED: usize = 100_000;

/// What is left of a partition's units.
#[derive(Debug, Clone, Copy)]
struct Budget {
    write: f64,
    read: f64,
    at: Duration,
}

impl Budget {
    fn full(at: Duration) -> Self {
        Self { write: WRITE_UNITS, read: READ_UNITS, at }
    }

    /// The budget at a later moment: units that were not used are lost after a second.
    fn refilled(self, now: Duration) -> Self {
        let seconds = now.saturating_sub(self.at).as_secs_f64();
        Self {
            write: (self.write + WRITE_UNITS * seconds).min(WRITE_UNITS),
            read: (self.read + READ_UNITS * seconds).min(READ_UNITS),
            at: now,
        }
    }

    fn is_spent(self) -> bool {
        self.write <= 0.0 || self.read <= 0.0
    }
}

/// A partition of a table, or a global secondary index, whose writes count as those of one partition: the one index of
/// the template has a single partition key.
type Partition = (String, String);

/// The tables of a template, by logical id.
#[derive(Debug)]
pub struct DynamoDb {
    engine: Aws,
    /// The partition key of each table, and the names of its indexes.
    tables: HashMap<String, (String, Vec<String>)>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    budgets: HashMap<Partition, Budget>,
    units: Units,
}

impl DynamoDb {
    pub fn new(template: &Template) -> Result<Self> {
        let table = |table: &deployment_template::Table| {
            let indexes = table.indexes.iter().map(|index| index.name.clone()).collect();
            (table.id.clone(), (table.key.partition.name.clone(), indexes))
        };
        Ok(Self {
            engine: Aws::new(template)?,
            tables: template.tables.iter().map(table).collect(),
            state: Mutex::default(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Performs a call of the API at `now`; `input` is its body. A partition without units left refuses it. `Err` means
    /// that the call is not simulated.
    pub fn perform(
        &self,
        caller: &str,
        target: &str,
        body: &[u8],
        input: &Value,
        now: Duration,
    ) -> Result<Reply> {
        let partitions = self.partitions(input);
        {
            let mut state = self.lock();
            state.forget_full(now);
            if partitions.iter().any(|partition| state.budget(partition, now).is_spent()) {
                let kind = "com.amazonaws.dynamodb.v20120810#ThrottlingException";
                return Ok(Reply::error(400, kind, "Rate exceeded"));
            }
        }
        let exchange = self.engine.call(caller, target, body)?;
        let units = exchange.call.units;
        let mut state = self.lock();
        state.units.write += units.write;
        state.units.read += units.read;
        let shares = f64::from(u32::try_from(partitions.len().max(1))?);
        for partition in partitions {
            let mut budget = state.budget(&partition, now);
            budget.write -= units.write / shares;
            budget.read -= units.read / shares;
            state.budgets.insert(partition, budget);
        }
        exchange.reply.context("the engine has a fault of its own")
    }

    /// The units that all calls consumed.
    #[must_use]
    pub fn units(&self) -> Units {
        self.lock().units
    }

    /// All rows of a table, in DynamoDB's JSON.
    pub fn rows(&self, table: &str) -> Result<Vec<Value>> {
        self.engine.rows(table)
    }

    /// Puts a row into a table, without a call and its units.
    pub fn put(&self, table: &str, row: &Value) -> Result<()> {
        let body = json!({ "TableName": table, "Item": row }).to_string();
        let exchange = self.engine.call("simulation", "DynamoDB_20120810.PutItem", body.as_bytes())?;
        let reply = exchange.reply.context("the engine has a fault of its own")?;
        ensure!(reply.status == 200, "{}", reply.body);
        Ok(())
    }

    /// The partitions that a call touches.
    fn partitions(&self, input: &Value) -> Vec<Partition> {
        let mut partitions = Vec::new();
        if let Some(actions) = input.get("TransactItems").and_then(Value::as_array) {
            for action in actions.iter().filter_map(Value::as_object).flat_map(|action| action.values()) {
                self.add_partitions(action, &mut partitions);
            }
        } else if let Some(tables) = input.get("RequestItems").and_then(Value::as_object) {
            for (table, requests) in tables {
                for request in requests.as_array().into_iter().flatten() {
                    for pointer in ["/DeleteRequest/Key", "/PutRequest/Item"] {
                        partitions.extend(self.partition(table, request.pointer(pointer)));
                    }
                }
            }
        } else {
            self.add_partitions(input, &mut partitions);
        }
        partitions.sort();
        partitions.dedup();
        partitions
    }

    fn add_partitions(&self, input: &Value, partitions: &mut Vec<Partition>) {
        let Some(table) = input.get("TableName").and_then(Value::as_str) else { return };
        let item = input.get("Key").or_else(|| input.get("Item"));
        partitions.extend(self.partition(table, item));
        if input.get("KeyConditionExpression").is_some() {
            partitions.extend(self.queried_partition(table, input));
        } else if item.is_some() && input.get("UpdateExpression").or_else(|| input.get("Item")).is_some() {
            // An index without units left refuses writes to its table.
            // Source: "Global secondary index write throttling" in the Amazon DynamoDB developer guide.
            let indexes = self.tables.get(table).into_iter().flat_map(|(_, indexes)| indexes);
            partitions.extend(indexes.map(|index| (table.to_owned(), format!("index {index}"))));
        }
    }

    fn partition(&self, table: &str, item: Option<&Value>) -> Option<Partition> {
        let (key, _) = self.tables.get(table)?;
        Some((table.to_owned(), item?.get(key)?.get("S")?.as_str()?.to_owned()))
    }

    /// The value in `<partition key> = :placeholder`.
    fn queried_partition(&self, table: &str, input: &Value) -> Option<Partition> {
        let (key, _) = self.tables.get(table)?;
        let condition = input.get("KeyConditionExpression")?.as_str()?;
        let (_, rest) = condition.split_once(&format!("{key} = "))?;
        let value = input.get("ExpressionAttributeValues")?.get(rest.split(' ').next()?)?;
        Some((table.to_owned(), value.get("S")?.as_str()?.to_owned()))
    }
}

impl State {
    fn budget(&self, partition: &Partition, now: Duration) -> Budget {
        self.budgets.get(partition).map_or_else(|| Budget::full(now), |budget| budget.refilled(now))
    }

    fn forget_full(&mut self, now: Duration) {
        if self.budgets.len() > REMEMBERED {
            self.budgets.retain(|_, budget| now.saturating_sub(budget.at) < Duration::from_secs(2));
        }
    }
}
