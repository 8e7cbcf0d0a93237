//! The state of a CloudFormation stack, and its repair after an interrupted or failed deployment.

use std::time::Duration;

use anyhow::Result;

use super::cloudformation;
use crate::machine::interrupt;
use crate::machine::progress::wait_for;

const SETTLE_TIMEOUT: Duration = Duration::from_mins(1);

#[derive(Debug, PartialEq, Eq)]
pub(super) enum StackState {
    /// The last deployment succeeded.
    Deployed,
    /// The last update failed and was undone. The stack accepts another one.
    RolledBack,
    InProgress,
    /// The stack accepts no update.
    Broken,
    Missing,
}

/// Waits for a deployment in progress, and deletes the stack if it accepts no update. Returns the state after that:
/// `Deployed`, `RolledBack` or `Missing`.
pub(super) fn repair(aws: &str, name: &str) -> Result<StackState> {
    if current(aws, name)? == StackState::InProgress {
        println!("  a deployment of {name} is in progress, or was interrupted: waiting for it");
        let settled = wait_for(
            "the deployment settles",
            SETTLE_TIMEOUT,
            || Ok((current(aws, name)? != StackState::InProgress).then_some(())),
            String::new,
        );
        if settled.is_err() {
            interrupt::check()?;
        }
    }
    match current(aws, name)? {
        StackState::InProgress | StackState::Broken => {}
        accepts_updates => return Ok(accepts_updates),
    }
    println!(
        "  the stack {name} is half deployed: deleting it with the data in its tables, to deploy it anew"
    );
    cloudformation::delete(aws, name)?;
    wait_for(
        "the half-deployed stack is deleted",
        SETTLE_TIMEOUT,
        || Ok(Some(current(aws, name)?).filter(|state| *state == StackState::Missing)),
        || "`cargo xtask down --erase` removes everything.".to_owned(),
    )
}

fn current(aws: &str, name: &str) -> Result<StackState> {
    let stack = cloudformation::describe(aws, name)?;
    Ok(stack.map_or(StackState::Missing, |stack| StackState::of_status(&stack.status)))
}

impl StackState {
    fn of_status(status: &str) -> Self {
        match status {
            "DELETE_COMPLETE" => Self::Missing,
            "UPDATE_ROLLBACK_COMPLETE" | "IMPORT_ROLLBACK_COMPLETE" => Self::RolledBack,
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => Self::Deployed,
            // The change set that made this empty stack was never executed, so it stays like this.
            "REVIEW_IN_PROGRESS" => Self::Broken,
            status if status.ends_with("_IN_PROGRESS") => Self::InProgress,
            _ => Self::Broken,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_a_state() {
        let cases = [
            ("CREATE_COMPLETE", StackState::Deployed),
            ("UPDATE_COMPLETE", StackState::Deployed),
            ("UPDATE_ROLLBACK_COMPLETE", StackState::RolledBack),
            ("DELETE_COMPLETE", StackState::Missing),
            ("CREATE_IN_PROGRESS", StackState::InProgress),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", StackState::InProgress),
            ("DELETE_IN_PROGRESS", StackState::InProgress),
            ("REVIEW_IN_PROGRESS", StackState::Broken),
            ("ROLLBACK_COMPLETE", StackState::Broken),
            ("ROLLBACK_FAILED", StackState::Broken),
            ("CREATE_FAILED", StackState::Broken),
            ("DELETE_FAILED", StackState::Broken),
            ("UPDATE_ROLLBACK_FAILED", StackState::Broken),
        ];
        for (status, expected) in cases {
            assert_eq!(StackState::of_status(status), expected, "{status}");
        }
    }
}
