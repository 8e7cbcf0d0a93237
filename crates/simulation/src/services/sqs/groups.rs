use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::message::Message;

/// What one group has on the queue.
#[derive(Debug, Default)]
struct Group {
    positions: BTreeSet<u64>,
    in_flight: usize,
}

/// The message groups of a queue. A group is available if none of its messages is in flight.
#[derive(Debug, Default)]
pub(super) struct Groups {
    groups: HashMap<Arc<str>, Group>,
    /// Available groups, by the position of their first message.
    available: BTreeMap<u64, Arc<str>>,
}

impl Groups {
    pub(super) fn push(&mut self, position: u64, group: &Arc<str>) {
        let of_group = self.groups.entry(Arc::clone(group)).or_default();
        of_group.positions.insert(position);
        if of_group.positions.len() == 1 {
            self.available.insert(position, Arc::clone(group));
        }
    }

    /// The first available group whose first message is at `from` or later, with the position of that message.
    pub(super) fn available_from(&self, from: u64) -> Option<(u64, Arc<str>)> {
        self.available.range(from..).next().map(|(first, group)| (*first, Arc::clone(group)))
    }

    /// The position of the group's next message after `position`.
    pub(super) fn next_of(&self, group: &str, position: u64) -> Option<u64> {
        self.groups.get(group)?.positions.range(position + 1..).next().copied()
    }

    /// Records that a message is in flight. [`Groups::update`] must follow.
    pub(super) fn receive(&mut self, group: &str) {
        if let Some(group) = self.groups.get_mut(group) {
            group.in_flight += 1;
        }
    }

    /// Records that a message is visible again.
    pub(super) fn make_visible(&mut self, group: &Arc<str>) {
        if let Some(of_group) = self.groups.get_mut(group) {
            of_group.in_flight -= 1;
        }
        self.update(group);
    }

    /// Records that a message left the queue. [`Groups::update`] must follow.
    pub(super) fn remove(&mut self, position: u64, message: &Message) {
        let Some(group) = self.groups.get_mut(&message.group) else { return };
        if group.positions.first() == Some(&position) {
            self.available.remove(&position);
        }
        group.positions.remove(&position);
        if message.hidden_until.is_some() {
            group.in_flight -= 1;
        }
        if group.positions.is_empty() {
            self.groups.remove(&message.group);
        }
    }

    /// Makes the group available if none of its messages is in flight, else unavailable.
    pub(super) fn update(&mut self, group: &Arc<str>) {
        let Some(of_group) = self.groups.get(group) else { return };
        let Some(first) = of_group.positions.first() else { return };
        if of_group.in_flight == 0 {
            self.available.insert(*first, Arc::clone(group));
        } else {
            self.available.remove(first);
        }
    }
}
