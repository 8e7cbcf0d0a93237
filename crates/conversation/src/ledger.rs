use std::collections::{BTreeMap, BTreeSet};

use crate::{Revision, Timestamp};

/// Which writes a count includes.
///
/// Every write that can change a parent's count has a [`Revision`] of that parent. The parent's row keeps the highest
/// revision counted and the few lower ones that are not counted, because they are late, lost or in the dead-letter queue.
/// So a write is counted exactly once, however often, in whatever order and however late its record is delivered.
///
/// A row has room for few missing revisions. The lowest of too many are **spilled**: kept outside of the row, where they are
/// looked up if one of them arrives after all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    /// The highest revision counted; 0 if there is none.
    pub high: u64,
    /// The revisions below `high` and above `spilled` that are not counted.
    pub missing: BTreeSet<u64>,
    /// The highest revision spilled; 0 if there is none. Of the revisions up to this one, those that are not counted are
    /// outside of the row.
    pub spilled: u64,
}

/// The most missing revisions that a row keeps, about: with them its size is 2 KB, and a count costs two write units.
pub const MAX_MISSING: usize = 256;
/// How many missing revisions stay in the row when others are spilled.
const KEPT_MISSING: usize = MAX_MISSING / 2;
/// How many consecutive revisions share an item outside of the row: the missing ones of them take at most 20 KB.
pub const SPILLED_TOGETHER: u64 = 1_000;
/// To how many items a ledger spills at a time, so that one transaction can write them.
/// Source: `TransactWriteItems` in the Amazon DynamoDB API reference allows 100.
const MAX_SPILLED_ITEMS: usize = 90;

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
    pub fn bounds(&self) -> Option<(u64, u64)> {
        Some((*self.0.first_key_value()?.0, *self.0.last_key_value()?.0))
    }

    #[must_use]
    pub fn total(&self) -> i64 {
        self.0.values().sum()
    }

    #[must_use]
    pub fn revisions(&self) -> BTreeSet<u64> {
        self.0.keys().copied().collect()
    }

    /// The deltas of these revisions.
    #[must_use]
    pub fn of(&self, revisions: &BTreeSet<u64>) -> Self {
        let deltas = self.0.iter().filter(|(revision, _)| revisions.contains(revision));
        Self(deltas.map(|(revision, delta)| (*revision, *delta)).collect())
    }
}

impl Ledger {
    #[must_use]
    pub fn includes(&self, revision: u64) -> bool {
        revision <= self.high && !self.missing.contains(&revision)
    }

    /// The revisions of deltas that are not counted if they were spilled.
    #[must_use]
    pub fn late(&self, deltas: &Deltas) -> BTreeSet<u64> {
        deltas.0.range(..=self.spilled).map(|(revision, _)| *revision).collect()
    }

    /// Those deltas that the count does not include yet, apart from spilled ones.
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
        Self { high, missing, spilled: self.spilled }
    }

    /// Takes the lowest missing revisions out of the ledger if there are too many.
    pub fn spill(&mut self) -> BTreeSet<u64> {
        if self.missing.len() <= MAX_MISSING {
            return BTreeSet::new();
        }
        let mut items = BTreeSet::new();
        let has_room = |revision: &u64| {
            items.insert(revision / SPILLED_TOGETHER);
            items.len() <= MAX_SPILLED_ITEMS
        };
        let excess = self.missing.len() - KEPT_MISSING;
        let spilled: BTreeSet<u64> = self.missing.iter().copied().take(excess).take_while(has_room).collect();
        self.missing.retain(|revision| !spilled.contains(revision));
        self.spilled = spilled.last().copied().unwrap_or(self.spilled);
        spilled
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
        assert_eq!(ledger, Ledger { high: 4, missing: [2, 3].into(), spilled: 0 });
        assert_eq!(ledger.outstanding(&deltas(&[1, 2, 4, 5])), deltas(&[2, 5]));
        assert_eq!(ledger.with(&deltas(&[2, 3])), Ledger { high: 4, missing: [].into(), spilled: 0 });
    }

    #[test]
    fn the_lowest_of_too_many_missing_revisions_are_spilled() {
        let mut ledger = Ledger::default().with(&deltas(&[257]));
        assert_eq!(ledger.spill(), BTreeSet::new());
        ledger = ledger.with(&deltas(&[259]));
        assert_eq!(ledger.missing.len(), 257);
        assert_eq!(ledger.spill(), (1..=129).collect());
        assert_eq!((ledger.high, ledger.missing.len(), ledger.spilled), (259, 128, 129));
        assert_eq!(ledger.late(&deltas(&[129, 130, 300])), [129].into());
        assert_eq!(
            ledger.outstanding(&deltas(&[129, 130, 300])),
            deltas(&[130, 300]),
            "129 has to be looked up"
        );
        let with_late = ledger.with(&deltas(&[129, 130]));
        assert_eq!((with_late.high, with_late.missing.len(), with_late.spilled), (259, 127, 129));
    }

    #[test]
    fn one_transaction_has_room_for_what_is_spilled() {
        let sparse: BTreeSet<u64> = (1..=300).map(|number| number * 700).collect();
        let mut ledger = Ledger { high: 300_000, missing: sparse, spilled: 0 };
        let spilled = ledger.spill();
        let items: BTreeSet<u64> = spilled.iter().map(|revision| revision / SPILLED_TOGETHER).collect();
        assert_eq!(items.len(), 90);
        assert_eq!(ledger.missing.len() + spilled.len(), 300);
        assert!(ledger.missing.iter().all(|revision| *revision > ledger.spilled));
        let mut after_outage = Ledger::default().with(&deltas(&[80_000]));
        after_outage.spill();
        assert_eq!(after_outage.missing.len(), 128);
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
