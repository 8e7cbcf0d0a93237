use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::function::FunctionName;
use super::release::Release;
use super::sandbox::Sandbox;

/// How long an idle sandbox is kept. AWS does not say; minutes are observed.
const KEPT: Duration = Duration::from_mins(6);

/// Sandboxes without an invocation, by function and release, in the order in which they became idle, and since when.
#[derive(Default)]
pub(super) struct IdleSandboxes(BTreeMap<(FunctionName, Release), VecDeque<(Duration, Sandbox)>>);

impl IdleSandboxes {
    pub(super) fn put(&mut self, name: &FunctionName, release: Release, sandbox: Sandbox, now: Duration) {
        self.0.entry((name.clone(), release)).or_default().push_back((now, sandbox));
    }

    /// Takes the sandbox that became idle last, and returns since when it is idle. Discards those that were idle for too
    /// long.
    pub(super) fn take(
        &mut self,
        name: &FunctionName,
        release: Release,
        now: Duration,
    ) -> Option<(Duration, Sandbox)> {
        let idle = self.0.get_mut(&(name.clone(), release))?;
        while idle.front().is_some_and(|(since, _)| now.saturating_sub(*since) >= KEPT) {
            idle.pop_front();
        }
        idle.pop_back()
    }
}
