use std::collections::{BTreeMap, BTreeSet};

use crate::{Revision, Timestamp};

/// Which writes a count already includes.
///
/// Every write that can change a parent's count carries a [`Revision`] of that parent. The parent's
/// row keeps the highest revision that was counted and the few below it that were not, because they
/// are late, burned or in the dead-letter queue. So a write is counted exactly once, however often,
/// in whatever order and however late its record comes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger {
    /// The highest revision counted; 0 where none is.
    pub high: u64,
    /// The revisions below `high` that are not counted.
    pub missing: BTreeSet<u64>,
}

/// A count's ledger as it was seen, to be written only if nobody else wrote it since.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally {
    pub ledger: Ledger,
    /// Grows with every change; 0 where there is no ledger yet.
    pub version: u64,
    pub updated_at: Option<Timestamp>,
}

/// What some writes do to a count: each write's revision and what it adds.
///
/// A write that adds nothing is listed too, so that the ledger does not wait for it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Effects(BTreeMap<u64, i64>);

impl Effects {
    /// Notes that the write at `revision` adds `delta`; noting it twice changes nothing.
    pub fn note(&mut self, revision: Revision, delta: i64) {
        self.0.insert(revision.get(), delta);
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
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

    /// The effects that are not counted yet.
    #[must_use]
    pub fn outstanding(&self, effects: &Effects) -> Effects {
        let not_included =
            |(revision, delta): (&u64, &i64)| (!self.includes(*revision)).then_some((*revision, *delta));
        Effects(effects.0.iter().filter_map(not_included).collect())
    }

    /// The ledger after counting `effects`.
    #[must_use]
    pub fn with(&self, effects: &Effects) -> Self {
        let high = effects.0.last_key_value().map_or(self.high, |(&last, _)| last.max(self.high));
        let mut missing = self.missing.clone();
        missing.extend(self.high + 1..high);
        missing.retain(|revision| !effects.0.contains_key(revision));
        Self { high, missing }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn effects(revisions: &[u64]) -> Effects {
        let mut effects = Effects::default();
        for &revision in revisions {
            effects.note(Revision::new(revision).unwrap(), 1);
        }
        effects
    }

    #[test]
    fn a_late_write_is_missing_until_it_is_counted() {
        let ledger = Ledger::default().with(&effects(&[1, 4]));
        assert_eq!(ledger, Ledger { high: 4, missing: [2, 3].into() });
        assert_eq!(ledger.outstanding(&effects(&[1, 2, 4, 5])), effects(&[2, 5]));
        assert_eq!(ledger.with(&effects(&[2, 3])), Ledger { high: 4, missing: [].into() });
    }

    proptest! {
        /// Deliveries in any order, with any repetition, count every write once.
        #[test]
        fn every_write_is_counted_once(deliveries in prop::collection::vec(prop::collection::vec(1u64..40, 1..10), 0..40)) {
            let mut ledger = Ledger::default();
            let mut count = 0;
            for delivery in &deliveries {
                let outstanding = ledger.outstanding(&effects(delivery));
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
