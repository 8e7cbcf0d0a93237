//! Keeping a count with its ledger in one item.
//!
//! What the ledger lacks is counted by one update, on condition that nobody changed the ledger since it
//! was seen (`ledger_version`).

use std::collections::BTreeSet;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use conversation::ports::{Counted, StoreError};
use conversation::{Effects, Ledger, Tally, Timestamp};

use crate::conditional::{Met, meet};
use crate::item::{Item, Malformed, get_count, number, parsed, time};

/// How often an update that meets another writer is tried again. Every round one writer gets
/// through, and only persist invocations write here.
const ROUNDS: usize = 32;

/// What is counted.
pub(crate) enum Count {
    /// An application's chats.
    Chats,
    /// A chat's messages, the newest written at this moment. The item is made where there is none.
    Messages { latest: Timestamp },
}

impl Count {
    fn attribute(&self) -> &'static str {
        match self {
            Self::Chats => "chats_count",
            Self::Messages { .. } => "messages_count",
        }
    }

    /// What must hold for there to be something to count in.
    fn condition(&self) -> &'static str {
        match self {
            Self::Chats => "attribute_exists(created_key)",
            Self::Messages { .. } => "attribute_not_exists(deleted_revision)",
        }
    }

    /// Whether the item that refused an update will refuse every other one.
    fn is_gone(&self, item: &Item) -> bool {
        match self {
            Self::Chats => item.is_empty(),
            Self::Messages { .. } => item.contains_key("deleted_revision"),
        }
    }
}

/// The item that holds a count.
pub(crate) struct Counting<'a> {
    pub(crate) client: &'a Client,
    pub(crate) table: &'a str,
    pub(crate) key: Item,
    pub(crate) count: Count,
}

#[derive(Debug, thiserror::Error)]
#[error("{0} other writers changed the item first")]
struct Contended(usize);

/// The ledger as it is stored in an item.
pub(crate) fn tally(item: Option<&Item>) -> Result<Tally, Malformed> {
    let Some(item) = item else { return Ok(Tally::default()) };
    let missing = match item.get("ledger_missing") {
        Some(AttributeValue::Ns(numbers)) => {
            let numbers: Result<BTreeSet<u64>, _> = numbers.iter().map(|text| text.parse()).collect();
            parsed(numbers, "ledger_missing")?
        }
        _ => BTreeSet::new(),
    };
    let updated_at: i64 = get_count(item, "updated_at")?;
    Ok(Tally {
        ledger: Ledger { high: get_count(item, "ledger_high")?, missing },
        version: get_count(item, "ledger_version")?,
        updated_at: Some(Timestamp::from_millis(updated_at)),
    })
}

impl Counting<'_> {
    /// Brings the outstanding ones of `effects` into the count.
    pub(crate) async fn bring_in(&self, mut seen: Tally, effects: &Effects) -> Result<Counted, StoreError> {
        for _ in 0..ROUNDS {
            let outstanding = seen.ledger.outstanding(effects);
            if outstanding.is_empty() {
                return Ok(Counted::In);
            }
            match self.update(&seen, &outstanding).await? {
                Met::Made(_) => return Ok(Counted::In),
                Met::Refused(item) if self.count.is_gone(&item) => return Ok(Counted::Gone),
                Met::Refused(item) => seen = tally(Some(&item))?,
            }
        }
        Err(StoreError::new(Contended(ROUNDS)))
    }

    /// Counts `outstanding` on top of the ledger that was seen.
    async fn update(&self, seen: &Tally, outstanding: &Effects) -> Result<Met, StoreError> {
        let next = seen.ledger.with(outstanding);
        let mut set = vec!["ledger_high = :high"];
        let mut remove = "";
        let mut update = self.client.update_item().table_name(self.table).set_key(Some(self.key.clone()));
        if next.missing.is_empty() {
            remove = " REMOVE ledger_missing";
        } else {
            set.push("ledger_missing = :missing");
            let numbers = next.missing.iter().map(u64::to_string).collect();
            update = update.expression_attribute_values(":missing", AttributeValue::Ns(numbers));
        }
        if let Count::Messages { latest } = self.count {
            set.push("updated_at = :latest");
            let latest = seen.updated_at.map_or(latest, |at| at.max(latest));
            update = update.expression_attribute_values(":latest", time(latest));
        }
        let unchanged = if seen.version == 0 {
            "attribute_not_exists(ledger_version)"
        } else {
            update = update.expression_attribute_values(":version", number(seen.version));
            "ledger_version = :version"
        };
        let update = update
            .update_expression(format!(
                "SET {}{remove} ADD {} :delta, ledger_version :one",
                set.join(", "),
                self.count.attribute()
            ))
            .condition_expression(format!("{} AND {unchanged}", self.count.condition()))
            .expression_attribute_values(":high", number(next.high))
            .expression_attribute_values(":delta", number(outstanding.total()))
            .expression_attribute_values(":one", number(1));
        meet(update).await
    }
}
