use std::collections::{BTreeMap, BTreeSet};

use crate::{Revision, Timestamp};

/// Which writes a count includes.
///
/// Every write that can change a parent's count has a [`Revision`] of that parent. The parent's row keeps the highest
/// revision counted and the few lower ones that are not counted, because they are late, lost or in the dead-letter queue.
/// So a write is counted exactly once, however often, in whatever order and however late its record is delivered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    /// The highest revision counted; 0 if there is none.
    pub high: u64,
    /// The revisions below `high` that are not counted.
    pub missing: BTreeSet<u64>,
}

/// A ledger with its version, for optimistic concurrency control: it is replaced only if the version is unchanged.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionedLedger {
    pub ledger: Ledger,
    /// Increases with every change; 0 if there is no ledger yet.
    pub version: u64,
    /// The `updated_at` of the row that holds the ledger.
    pub updated_at: Option<Timestamp>,
    /// Whether the parent that the row stands for is stored. The row of a chat may be made by its first message.
    pub is_created: bool,
}

/// What writes add to a count, by their revision.
///
/// A write that adds 0 is listed too: otherwise the ledger would report it as missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Deltas(BTreeMap<u64, i64>);

impl Deltas {
    /// Inserting the same write again changes nothing.
    pub fn insert(&mut self, revision: Revision, delta: i64) {
        self.0.insert(revision.get(), delta);
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The lowest and the highest revision; `None` if there are no deltas.
    #[must_use]
    pub fn revisions(&self) -> Option<(u64, u64)> {
        Some((*self.0.first_key_value()?.0, *self.0.last_key_value()?.0))
    }

    #[must_use]
    pub fn total(&self) -> i64 {
        self.0.values().sum()
    }
}

impl Ledger {
    #[must_use]
    pub fn includes(&self, revision: u64) -> bool {
        revision <= self.high && !self.missing.contains(&revision)
    }

    /// Those deltas that the count does not include yet.
    #[must_use]
    pub fn outstanding(&self, deltas: &Deltas) -> Deltas {
        let not_included =
            |(revision, delta): (&u64, &i64)| (!self.includes(*revision)).then_some((*revision, *delta));
        Deltas(deltas.0.iter().filter_map(not_included).collect())
    }

    /// The ledger after counting `deltas`.
    #[must_use]
    pub fn with(&self, deltas: &Deltas) -> Self {
        let high = deltas.0.last_key_value().map_or(self.high, |(&last, _)| last.max(self.high));
        let mut missing = self.missing.clone();
        missing.extend(self.high + 1..high);
        missing.retain(|revision| !deltas.0.contains_key(revision));
        Self { high, missing }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn deltas(revisions: &[u64]) -> Deltas {
        let mut deltas = Deltas::default();
        for &revision in revisions {
            deltas.insert(Revision::new(revision).unwrap(), 1);
        }
        deltas
    }

    #[test]
    fn a_late_write_is_missing_until_counted() {
        let ledger = Ledger::default().with(&deltas(&[1, 4]));
        assert_eq!(ledger, Ledger { high: 4, missing: [2, 3].into() });
        assert_eq!(ledger.outstanding(&deltas(&[1, 2, 4, 5])), deltas(&[2, 5]));
        assert_eq!(ledger.with(&deltas(&[2, 3])), Ledger { high: 4, missing: [].into() });
    }

    proptest! {
        /// Deliveries in any order, repeated any number of times.
        #[test]
        fn every_write_is_counted_once(deliveries in prop::collection::vec(prop::collection::vec(1u64..40, 1..10), 0..40)) {
            let mut ledger = Ledger::default();
            let mut count = 0;
            for delivery in &deliveries {
                let outstanding = ledger.outstanding(&deltas(delivery));
                count += outstanding.total();
                ledger = ledger.with(&outstanding);
            }
            let distinct: BTreeSet<u64> = deliveries.iter().flatten().copied().collect();
            prop_assert_eq!(usize::try_from(count).unwrap(), distinct.len());
            for revision in 1..40 {
                prop_assert_eq!(ledger.includes(revision), distinct.contains(&revision));
            }
        }
    }
}
