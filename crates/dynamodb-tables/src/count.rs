//! Keeping a count with its ledger in one item.
//!
//! The item is changed by one conditional update. In the usual case the effects continue exactly
//! where the ledger stands, which the condition can say without a read; otherwise the item is looked
//! at and replaced on condition that nobody changed it in between (`ledger_version`).

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use conversation::ports::StoreError;
use conversation::{Effects, Ledger, Timestamp};

use crate::item::{Item, get_count, get_item, number, time};

/// How often an update that meets another writer is tried again. Every round one writer gets
/// through, and only persist invocations write here.
const ROUNDS: usize = 32;

/// The item that holds a count.
pub(crate) struct Counted<'a> {
    pub(crate) client: &'a Client,
    pub(crate) table: &'a str,
    pub(crate) key: Item,
    /// The attribute with the count.
    pub(crate) count: &'static str,
    /// Moves `updated_at` forward to this moment, where there is one.
    pub(crate) latest: Option<Timestamp>,
    /// An attribute without which there is no item to count in: then nothing is counted. Without one, the
    /// item is made.
    pub(crate) exists: Option<&'static str>,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} other writers changed the item first")]
struct Contended(usize);

/// The ledger as it is stored.
struct StoredLedger {
    ledger: Ledger,
    /// 0 where the item has none yet.
    version: u64,
    updated_at: Option<Timestamp>,
}

impl StoredLedger {
    fn of(item: Option<&Item>) -> Result<Self, StoreError> {
        let Some(item) = item else {
            return Ok(Self { ledger: Ledger::default(), version: 0, updated_at: None });
        };
        let missing = match item.get("ledger_missing") {
            Some(AttributeValue::Ns(numbers)) => numbers
                .iter()
                .map(|text| text.parse())
                .collect::<Result<BTreeSet<u64>, _>>()
                .map_err(StoreError::new)?,
            _ => BTreeSet::new(),
        };
        let updated_at: i64 = get_count(item, "updated_at")?;
        Ok(Self {
            ledger: Ledger { high: get_count(item, "ledger_high")?, missing },
            version: get_count(item, "ledger_version")?,
            updated_at: Some(Timestamp::from_millis(updated_at)),
        })
    }
}

enum Attempt {
    Done,
    /// The condition did not hold; this is what the item says.
    Refused(Option<Item>),
}

impl Counted<'_> {
    /// Brings the outstanding ones of `effects` into the count.
    pub(crate) async fn bring_in(&self, effects: &Effects) -> Result<(), StoreError> {
        if effects.is_empty() {
            return Ok(());
        }
        let mut item = match effects.contiguous() {
            Some((first, last)) => match self.continue_from(first - 1, last, effects.total()).await? {
                Attempt::Done => return Ok(()),
                Attempt::Refused(item) => item,
            },
            None => get_item(self.client, self.table, self.key.clone(), true).await?,
        };
        for _ in 0..ROUNDS {
            if item.is_none() && self.exists.is_some() {
                tracing::error!(target: "chatlog", table = self.table, "there is no item to count in");
                return Ok(());
            }
            let stored = StoredLedger::of(item.as_ref())?;
            let outstanding = stored.ledger.outstanding(effects);
            if outstanding.is_empty() {
                return Ok(());
            }
            match self.replace(&stored, &outstanding).await? {
                Attempt::Done => return Ok(()),
                Attempt::Refused(seen) => item = seen,
            }
        }
        Err(StoreError::new(Contended(ROUNDS)))
    }

    /// Counts effects that follow right after `before`, where the ledger stands there. What it misses below
    /// that is not touched. `updated_at` must not move back, which the condition sees to.
    async fn continue_from(&self, before: u64, last: u64, delta: i64) -> Result<Attempt, StoreError> {
        let (ledger, before) = match before {
            0 => ("attribute_not_exists(ledger_high)", None),
            before => ("ledger_high = :before", Some((":before", number(before)))),
        };
        let forward = match self.latest {
            Some(_) => " AND (attribute_not_exists(updated_at) OR updated_at <= :latest)",
            None => "",
        };
        let values = [(":high", number(last))].into_iter().chain(before);
        self.update("ledger_high = :high", "", &format!("{ledger}{forward}"), values, delta, self.latest)
            .await
    }

    /// Counts `outstanding` on top of the ledger that was seen.
    async fn replace(&self, seen: &StoredLedger, outstanding: &Effects) -> Result<Attempt, StoreError> {
        let next = seen.ledger.with(outstanding);
        let mut values = vec![(":high", number(next.high))];
        let (set, remove) = if next.missing.is_empty() {
            ("ledger_high = :high", " REMOVE ledger_missing")
        } else {
            let numbers = next.missing.iter().map(u64::to_string).collect();
            values.push((":missing", AttributeValue::Ns(numbers)));
            ("ledger_high = :high, ledger_missing = :missing", "")
        };
        let condition = if seen.version == 0 {
            "attribute_not_exists(ledger_version)"
        } else {
            values.push((":version", number(seen.version)));
            "ledger_version = :version"
        };
        let latest = self.latest.map(|latest| seen.updated_at.map_or(latest, |at| at.max(latest)));
        self.update(set, remove, condition, values, outstanding.total(), latest).await
    }

    async fn update(
        &self,
        set: &str,
        remove: &str,
        condition: &str,
        values: impl IntoIterator<Item = (&'static str, AttributeValue)>,
        delta: i64,
        latest: Option<Timestamp>,
    ) -> Result<Attempt, StoreError> {
        let touch = if latest.is_some() { ", updated_at = :latest" } else { "" };
        let mut update = self
            .client
            .update_item()
            .table_name(self.table)
            .set_key(Some(self.key.clone()))
            .update_expression(format!(
                "SET {set}{touch}{remove} ADD {} :delta, ledger_version :one",
                self.count
            ))
            .condition_expression(match self.exists {
                Some(_) => format!("attribute_exists(#exists) AND {condition}"),
                None => condition.to_owned(),
            })
            .set_expression_attribute_names(
                self.exists.map(|name| [("#exists".to_owned(), name.to_owned())].into()),
            )
            .expression_attribute_values(":delta", number(delta))
            .expression_attribute_values(":one", number(1))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        if let Some(latest) = latest {
            update = update.expression_attribute_values(":latest", time(latest));
        }
        for (name, value) in values {
            update = update.expression_attribute_values(name, value);
        }
        match update.send().await {
            Ok(_) => Ok(Attempt::Done),
            Err(error) => match error.into_service_error() {
                UpdateItemError::ConditionalCheckFailedException(refusal) => {
                    Ok(Attempt::Refused(refusal.item))
                }
                other => Err(StoreError::new(other)),
            },
        }
    }
}
