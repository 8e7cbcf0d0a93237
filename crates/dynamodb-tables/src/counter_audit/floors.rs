//! What rows require of counters.

use std::collections::BTreeMap;

use conversation::{ApplicationId, ChatId, ChatNumber, Revision};

use super::{CounterId, CounterValues};
use crate::applications::{self, is_application};
use crate::item::{Item, Malformed, check_version, get_count, get_number, get_string, parsed};
use crate::{chats, messages};

/// What the rows tell about the parent that a counter belongs to. The later one decides if rows tell several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum ParentRow {
    /// It was not read.
    #[default]
    Unknown,
    Live,
    Deleted,
}

/// The lowest values that a counter may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Floor {
    pub(super) values: CounterValues,
    pub(super) parent: ParentRow,
}

/// What several rows require, by counter.
#[derive(Debug, Default)]
pub(super) struct Floors(BTreeMap<CounterId, Floor>);

impl Floors {
    pub(super) fn add(&mut self, counter: CounterId, floor: Floor) {
        let known = self.0.entry(counter).or_default();
        *known = Floor { values: known.values.max(floor.values), parent: known.parent.max(floor.parent) };
    }

    /// Removes what is required of a counter.
    pub(super) fn remove(&mut self, counter: &CounterId) -> Option<Floor> {
        self.0.remove(counter)
    }

    /// Removes all, except for that of one counter.
    pub(super) fn take_except(&mut self, kept: Option<&CounterId>) -> BTreeMap<CounterId, Floor> {
        let kept = kept.and_then(|kept| self.0.remove_entry(kept));
        std::mem::replace(&mut self.0, kept.into_iter().collect())
    }
}

/// The highest of the revisions in a row. Those of a sweep come from no counter.
fn revision(row: &Item, names: &[&'static str]) -> Result<u64, Malformed> {
    let mut highest = 0;
    for name in names {
        let revision: u64 = get_count(row, name)?;
        if revision < Revision::MAX.get() {
            highest = highest.max(revision);
        }
    }
    Ok(highest)
}

/// Reads a row of the table of applications. Returns the counter that further rows may concern: none.
pub(super) fn of_application(row: &Item, floors: &mut Floors) -> Result<Option<CounterId>, Malformed> {
    let id = get_string(row, "id")?;
    if is_spilled(id) {
        return Ok(None);
    }
    check_version(row, applications::NEWEST_FORM)?;
    let id = parsed(ApplicationId::parse(id), "id")?;
    let parent = if is_application(row) { ParentRow::Live } else { ParentRow::Deleted };
    let values = CounterValues { last: 0, revision: revision(row, &["ledger_high"])? };
    floors.add(CounterId::Application(id), Floor { values, parent });
    Ok(None)
}

/// Reads a row of the table of chats. Returns the counter of its application, which the next row may concern too.
pub(super) fn of_chat(row: &Item, floors: &mut Floors) -> Result<Option<CounterId>, Malformed> {
    let application = get_string(row, "application")?;
    if is_spilled(application) {
        return Ok(None);
    }
    check_version(row, chats::NEWEST_FORM)?;
    let application = parsed(ApplicationId::parse(application), "application")?;
    let chat = parsed(ChatNumber::new(get_number(row, "number")?), "number")?;
    let is_deleted = row.contains_key("deleted_revision");
    let of_chat = Floor {
        values: CounterValues { last: 0, revision: revision(row, &["ledger_high"])? },
        parent: if is_deleted { ParentRow::Deleted } else { ParentRow::Live },
    };
    let of_application = CounterValues {
        last: chat.get(),
        revision: revision(row, &["created_revision", "deleted_revision"])?,
    };
    floors.add(CounterId::Chat(ChatId { application: application.clone(), chat }), of_chat);
    let counter = CounterId::Application(application);
    floors.add(counter.clone(), Floor { values: of_application, parent: ParentRow::Unknown });
    Ok(Some(counter))
}

/// Reads a row of the table of messages. Returns the counter of its chat, which the next row may concern too.
pub(super) fn of_message(row: &Item, floors: &mut Floors) -> Result<Option<CounterId>, Malformed> {
    check_version(row, messages::NEWEST_FORM)?;
    // The chat is deleted: its own tombstone says all that matters.
    if row.contains_key(messages::EXPIRES_AT) {
        return Ok(None);
    }
    let chat = parsed(messages::chat_id(get_string(row, "chat")?).ok_or(()), "chat")?;
    let values = CounterValues {
        last: get_number(row, "number")?,
        revision: revision(row, &["revision", "created_revision", "deleted_revision"])?,
    };
    let counter = CounterId::Chat(chat);
    floors.add(counter.clone(), Floor { values, parent: ParentRow::Unknown });
    Ok(Some(counter))
}

/// Whether the partition has revisions that a ledger spilled. They are below `ledger_high`.
fn is_spilled(partition: &str) -> bool {
    partition.contains('#')
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{application_id, chat_id};

    use super::*;
    use crate::item::{item, number, string};

    #[test]
    fn the_highest_revision_of_a_row_counts_but_not_that_of_a_sweep() {
        let row = item([("revision", number(4)), ("created_revision", number(9))]);
        assert_eq!(revision(&row, &["revision", "created_revision", "deleted_revision"]), Ok(9));
        let swept = item([("created_revision", number(2)), ("deleted_revision", number(Revision::MAX))]);
        assert_eq!(revision(&swept, &["created_revision", "deleted_revision"]), Ok(2));
    }

    #[test]
    fn a_row_of_a_newer_release_is_not_guessed_at() {
        let chat = chat_id(&application_id(), 1);
        let row = item([("chat", string(chat.key())), ("number", number(1)), ("row_version", number(99))]);
        assert_eq!(of_message(&row, &mut Floors::default()), Err(Malformed::NewerVersion(99)));
    }

    #[test]
    fn spilled_revisions_require_nothing() {
        let mut floors = Floors::default();
        let partition = format!("{}#1#missing", application_id());
        let spilled = item([("application", string(partition)), ("number", number(0))]);
        assert_eq!(of_chat(&spilled, &mut floors), Ok(None));
        assert!(floors.take_except(None).is_empty());
    }

    #[test]
    fn a_tombstone_outweighs_other_rows() {
        let counter = CounterId::Application(application_id());
        let mut floors = Floors::default();
        for parent in [ParentRow::Unknown, ParentRow::Deleted, ParentRow::Live] {
            floors.add(counter.clone(), Floor { parent, ..Floor::default() });
        }
        assert_eq!(floors.remove(&counter).map(|floor| floor.parent), Some(ParentRow::Deleted));
    }
}
