//! A count and its ledger, in the item of the parent.
//!
//! One update adds the outstanding deltas to the count. Its condition is that the ledger did not change since it was
//! read (`ledger_version`). If it spills revisions or counts spilled ones, it is a transaction with the items that hold them.

mod kind;
mod spilled;
mod update;

use aws_sdk_dynamodb::Client;
use conversation::ports::{CountOutcome, StoreError};
use conversation::{Deltas, Ledger, Timestamp, VersionedLedger};
use tokio::time::sleep;

use crate::conditional::TRANSACTION_PAUSE;
use crate::item::{Item, Malformed, check_version, get_count, get_numbers};

pub(crate) use kind::CountKind;
use update::CountUpdate;

/// How often an update that conflicts with other writers is tried. Each time one writer succeeds, and only persist
/// writes here.
const ATTEMPTS: usize = 32;

/// The item that holds a count.
#[derive(Debug)]
pub(crate) struct CountItem<'a> {
    pub(crate) client: &'a Client,
    pub(crate) table: &'a str,
    pub(crate) key: Item,
    pub(crate) kind: CountKind,
}

#[derive(Debug, thiserror::Error)]
#[error("other writers changed the ledger before each of {ATTEMPTS} updates")]
struct TooManyConflicts;

impl CountItem<'_> {
    /// Adds the outstanding deltas to the count.
    pub(crate) async fn add(
        &self,
        mut seen: VersionedLedger,
        deltas: &Deltas,
    ) -> Result<CountOutcome, StoreError> {
        for _ in 0..ATTEMPTS {
            // Spilled revisions are counted first, alone: a transaction has one change for each item, and others may have to be
            // spilled.
            let late = self.spilled_among(&seen.ledger, deltas).await?;
            let updated = if late.is_empty() {
                let outstanding = seen.ledger.outstanding(deltas);
                if outstanding.is_empty() {
                    return Ok(CountOutcome::Applied);
                }
                let mut ledger = seen.ledger.with(&outstanding);
                let spilled = ledger.spill();
                let update = self.update(&seen, &ledger, outstanding.total());
                if spilled.is_empty() {
                    self.apply(update).await?
                } else {
                    self.apply_with_spilled(update, "ADD", &spilled).await?
                }
            } else {
                let update = self.update(&seen, &seen.ledger, late.total());
                self.apply_with_spilled(update, "DELETE", &late.revisions()).await?
            };
            match updated {
                CountUpdate::Applied if late.is_empty() => return Ok(CountOutcome::Applied),
                CountUpdate::Applied => {
                    seen.version += 1;
                    seen.updated_at = self.kind.updated_at(&seen);
                }
                CountUpdate::ConditionFailed(item) => match self.kind.refusal(&item) {
                    Some(refusal) => return Ok(refusal),
                    None => seen = versioned_ledger(Some(&item), self.kind.newest_form())?,
                },
                CountUpdate::Conflict => sleep(TRANSACTION_PAUSE).await,
            }
        }
        Err(StoreError::new(TooManyConflicts))
    }
}

/// The ledger in a row whose form may be as new as `newest`.
pub(crate) fn versioned_ledger(item: Option<&Item>, newest: u32) -> Result<VersionedLedger, Malformed> {
    let Some(item) = item else { return Ok(VersionedLedger::default()) };
    check_version(item, newest)?;
    let updated_at: i64 = get_count(item, "updated_at")?;
    Ok(VersionedLedger {
        ledger: Ledger {
            high: get_count(item, "ledger_high")?,
            missing: get_numbers(item, "ledger_missing")?,
            spilled: get_count(item, "ledger_spilled")?,
        },
        version: get_count(item, "ledger_version")?,
        updated_at: Some(Timestamp::from_millis(updated_at)),
        is_created: item.contains_key("created_at"),
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_dynamodb::types::AttributeValue;

    use super::*;
    use crate::item::{ROW_VERSION, item, number};

    #[test]
    fn an_item_without_a_ledger_has_an_empty_one() {
        assert_eq!(versioned_ledger(None, 1).unwrap(), VersionedLedger::default());
        assert_eq!(versioned_ledger(Some(&Item::new()), 1).unwrap().ledger, Ledger::default());
    }

    #[test]
    fn a_ledger_is_read_with_its_version_and_time() {
        let stored = item([
            ("ledger_high", number(9)),
            ("ledger_missing", AttributeValue::Ns(vec!["8".into(), "3".into()])),
            ("ledger_spilled", number(2)),
            ("ledger_version", number(4)),
            ("updated_at", number(70)),
            ("created_at", number(60)),
        ]);
        let expected = VersionedLedger {
            ledger: Ledger { high: 9, missing: [3, 8].into(), spilled: 2 },
            version: 4,
            updated_at: Some(Timestamp::from_millis(70)),
            is_created: true,
        };
        assert_eq!(versioned_ledger(Some(&stored), 1).unwrap(), expected);
    }

    #[test]
    fn a_malformed_ledger_is_an_error() {
        let missing = AttributeValue::Ns(vec!["-1".into()]);
        let error = versioned_ledger(Some(&item([("ledger_missing", missing)])), 1).unwrap_err();
        assert_eq!(error.to_string(), "attribute ledger_missing is missing or malformed");
    }
    /// Otherwise persist would change it as if it had a form that it knows.
    #[test]
    fn the_ledger_of_a_newer_row_is_not_read() {
        let newer = item([(ROW_VERSION, number(2)), ("ledger_high", number(9))]);
        assert_eq!(versioned_ledger(Some(&newer), 1), Err(Malformed::NewerVersion(2)));
        assert_eq!(versioned_ledger(Some(&newer), 2).unwrap().ledger.high, 9);
    }
}
