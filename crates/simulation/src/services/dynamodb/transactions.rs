use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use simulated_aws::Reply;

use super::errors::error;
use super::schema::Schemas;

/// A transaction that is under way.
#[derive(Debug)]
struct Ongoing {
    token: Option<String>,
    items: BTreeSet<String>,
}

/// The transactions that are under way: from their arrival to their effect.
///
/// A write to an item of one of them is refused. Reads and batches are not.
/// Source: "Transaction conflict handling in DynamoDB" in "Amazon DynamoDB Transactions: How it works" in the Amazon
/// DynamoDB developer guide.
#[derive(Debug, Default)]
pub(super) struct Transactions {
    ongoing: BTreeMap<u64, Ongoing>,
    last: u64,
}

impl Transactions {
    /// Begins a transaction if the call is one. Fails with the refusal of a write that conflicts with another transaction.
    pub(super) fn begin(
        &mut self,
        operation: &str,
        input: &Value,
        schemas: &Schemas,
    ) -> Result<Option<u64>, Reply> {
        match operation {
            "PutItem" | "UpdateItem" | "DeleteItem" if !self.ongoing.is_empty() => {
                let item = schemas.item(input);
                if item.is_some_and(|item| self.is_locked(&item)) {
                    let message = "Transaction is ongoing for the item";
                    return Err(error("TransactionConflictException", message));
                }
                Ok(None)
            }
            "TransactWriteItems" => self.begin_transaction(input, schemas).map(Some),
            _ => Ok(None),
        }
    }

    fn begin_transaction(&mut self, input: &Value, schemas: &Schemas) -> Result<u64, Reply> {
        let token = input.get("ClientRequestToken").and_then(Value::as_str).map(str::to_owned);
        if token.is_some() && self.ongoing.values().any(|ongoing| ongoing.token == token) {
            let message = "The transaction with the given request token is already in progress.";
            return Err(error("TransactionInProgressException", message));
        }
        let actions = input.get("TransactItems").and_then(Value::as_array).into_iter().flatten();
        let actions = actions.filter_map(|action| action.as_object()?.values().next());
        let items: Vec<String> = actions.filter_map(|action| schemas.item(action)).collect();
        let conflicts: Vec<bool> = items.iter().map(|item| self.is_locked(item)).collect();
        if conflicts.contains(&true) {
            return Err(cancelled(&conflicts));
        }
        self.last += 1;
        self.ongoing.insert(self.last, Ongoing { token, items: items.into_iter().collect() });
        Ok(self.last)
    }

    pub(super) fn end(&mut self, transaction: u64) {
        self.ongoing.remove(&transaction);
    }

    fn is_locked(&self, item: &str) -> bool {
        self.ongoing.values().any(|ongoing| ongoing.items.contains(item))
    }
}

/// Source: `TransactionCanceledException` of `TransactWriteItems` in the Amazon DynamoDB API reference.
fn cancelled(conflicts: &[bool]) -> Reply {
    let code = |conflicts: &bool| if *conflicts { "TransactionConflict" } else { "None" };
    let codes: Vec<&str> = conflicts.iter().map(code).collect();
    let message = format!(
        "Transaction cancelled, please refer cancellation reasons for specific reasons [{}]",
        codes.join(", ")
    );
    let mut reply = error("TransactionCanceledException", &message);
    if let Some(body) = reply.body.as_object_mut() {
        body.remove("message");
        body.insert("Message".to_owned(), message.into());
        let reasons: Vec<Value> = codes.iter().map(|code| json!({ "Code": code })).collect();
        body.insert("CancellationReasons".to_owned(), reasons.into());
    }
    reply
}
