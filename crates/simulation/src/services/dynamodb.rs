//! Amazon DynamoDB: the embedded engine, with the limits of a partition and the conflicts of transactions.

mod batch_reads;
mod budgets;
mod errors;
mod schema;
#[cfg(test)]
mod tests;
mod transactions;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use deployment_template::Template;
use serde_json::{Value, json};
use simulated_aws::{Aws, Reply, Units};

use budgets::{Budgets, Partitions};
pub(crate) use errors::throttled;
use schema::Schemas;
use transactions::Transactions;

/// The tables of a template, by logical id.
#[derive(Debug)]
pub(crate) struct DynamoDb {
    engine: Aws,
    schemas: Schemas,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    budgets: Budgets,
    transactions: Transactions,
    units: Units,
}

/// A call as it arrives at the service.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) caller: &'a str,
    /// Such as `DynamoDB_20120810.PutItem`.
    pub(crate) target: &'a str,
    pub(crate) body: &'a [u8],
    /// The body, parsed.
    pub(crate) input: &'a Value,
}

impl Request<'_> {
    fn operation(&self) -> &str {
        self.target.rsplit('.').next().unwrap_or_default()
    }
}

/// A transaction that is under way. Its effect comes when it ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transaction(u64);

impl DynamoDb {
    pub(crate) fn new(template: &Template) -> Result<Self> {
        Ok(Self { engine: Aws::new(template)?, schemas: Schemas::new(template), state: Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a transaction if the call is one: until it ends, no other write may change its items.
    ///
    /// # Errors
    /// The refusal of a write that conflicts with such a transaction.
    pub(crate) fn begin(&self, request: Request<'_>) -> Result<Option<Transaction>, Reply> {
        let mut state = self.lock();
        let begun = state.transactions.begin(request.operation(), request.input, &self.schemas)?;
        Ok(begun.map(Transaction))
    }

    /// Ends a transaction. Its items may change again.
    pub(crate) fn end(&self, transaction: Transaction) {
        let Transaction(transaction) = transaction;
        self.lock().transactions.end(transaction);
    }

    /// Performs a call of the API at `now`. A partition without units left refuses it. `Err` means that the call is not
    /// simulated.
    pub(crate) fn perform(&self, request: Request<'_>, now: Duration) -> Result<Reply> {
        let partitions = match request.operation() {
            "BatchGetItem" => return self.read_batch(request, now),
            "GetItem" => self.schemas.read(request.input),
            _ => self.schemas.partitions(request.input),
        };
        {
            let state = self.lock();
            if partitions.iter().any(|(partition, access)| state.budgets.is_spent(partition, *access, now)) {
                return Ok(throttled());
            }
        }
        self.charge(request, partitions, now)
    }

    /// Performs a call. The partitions that it touches share its units.
    fn charge(&self, request: Request<'_>, partitions: Partitions, now: Duration) -> Result<Reply> {
        let Request { caller, target, body, .. } = request;
        let exchange = self.engine.call(caller, target, body)?;
        let units = exchange.call.units;
        let mut state = self.lock();
        state.units.write += units.write;
        state.units.read += units.read;
        let shares = f64::from(u32::try_from(partitions.len().max(1))?);
        let share = Units { write: units.write / shares, read: units.read / shares };
        for (partition, _) in partitions {
            state.budgets.spend(partition, share, now);
        }
        exchange.reply.context("the engine has a fault of its own")
    }

    /// The units that all calls consumed.
    pub(crate) fn units(&self) -> Units {
        self.lock().units
    }

    /// Puts a row into a table, without a call and its units.
    pub(crate) fn put(&self, table: &str, row: &Value) -> Result<()> {
        let body = json!({ "TableName": table, "Item": row }).to_string();
        let exchange = self.engine.call("simulation", "DynamoDB_20120810.PutItem", body.as_bytes())?;
        let reply = exchange.reply.context("the engine has a fault of its own")?;
        ensure!(reply.status == 200, "{}", reply.body);
        Ok(())
    }

    /// All rows of a table, in DynamoDB's JSON.
    pub(crate) fn rows(&self, table: &str) -> Result<Vec<Value>> {
        self.engine.rows(table)
    }
}
