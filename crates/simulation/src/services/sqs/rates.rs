use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// How many calls of one action a second a group may get, or a whole queue without high throughput. A batch is one call.
///
/// SQS counts by partition. The simulation keeps each group in a partition of its own.
/// Source: "Amazon SQS message quotas" and "Troubleshoot FIFO throttling issues in Amazon SQS" in the guide.
const CALLS_PER_SECOND: u32 = 300;

/// An action whose calls are limited.
#[derive(Debug, Clone, Copy)]
pub(super) enum Action {
    Send,
    Receive,
    Delete,
    ChangeVisibility,
}

/// Calls in the present second.
#[derive(Debug, Default)]
struct Calls {
    send: u32,
    receive: u32,
    delete: u32,
    change_visibility: u32,
}

impl Calls {
    fn of(&mut self, action: Action) -> &mut u32 {
        match action {
            Action::Send => &mut self.send,
            Action::Receive => &mut self.receive,
            Action::Delete => &mut self.delete,
            Action::ChangeVisibility => &mut self.change_visibility,
        }
    }
}

/// The calls to a FIFO queue in the present second.
#[derive(Debug)]
pub(super) struct Rates {
    per_group: bool,
    second: u64,
    groups: HashMap<Arc<str>, Calls>,
    sends: u32,
}

impl Rates {
    pub(super) fn new(per_group: bool) -> Self {
        Self { per_group, second: 0, groups: HashMap::new(), sends: 0 }
    }

    fn start_second(&mut self, now: Duration) {
        if self.second != now.as_secs() {
            self.second = now.as_secs();
            self.groups.clear();
            self.sends = 0;
        }
    }

    /// Whether the group may get one more call in this second; counts the call.
    pub(super) fn admits(&mut self, action: Action, group: &str, now: Duration) -> bool {
        self.start_second(now);
        let group = if self.per_group { group } else { "" };
        if !self.groups.contains_key(group) {
            self.groups.insert(group.into(), Calls::default());
        }
        let calls = self.groups.get_mut(group).map(|calls| calls.of(action));
        calls.is_none_or(|calls| {
            *calls += 1;
            *calls <= CALLS_PER_SECOND
        })
    }

    /// Whether a queue that takes only `limit` sends a second takes one more; counts the call.
    pub(super) fn admits_send(&mut self, limit: u32, now: Duration) -> bool {
        self.start_second(now);
        self.sends += 1;
        self.sends <= limit
    }
}
