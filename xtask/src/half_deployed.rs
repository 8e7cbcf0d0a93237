//! A stack that an interrupted or failed deployment left behind: told by its status, and mended.

use std::time::Duration;

use anyhow::Result;

use crate::progress::wait_for;
use crate::{cloudformation, interrupt};

const UNTIL_SETTLED: Duration = Duration::from_mins(1);

/// What a stack's status asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// An update can be put on it; if it is what was deployed last, nothing has to be done.
    Whole,
    /// A failed update was taken back: another one can be put on it.
    TakenBack,
    /// Something is under way, or was when its `up` was interrupted.
    Moving,
    /// CloudFormation takes no update any more.
    Broken,
    Gone,
}

/// Brings a stack into a state that can be deployed to: what is half done is finished, or deleted.
pub(crate) fn mend(endpoint: &str, name: &str) -> Result<Standing> {
    if now(endpoint, name)? == Standing::Moving {
        println!("  a deployment of {name} is still going on, or was interrupted: waiting for it");
        let settled = wait_for(
            "the deployment settles",
            UNTIL_SETTLED,
            || Ok(Some(now(endpoint, name)?).filter(|standing| *standing != Standing::Moving)),
            String::new,
        );
        if settled.is_err() {
            interrupt::check()?;
        }
    }
    let standing = now(endpoint, name)?;
    if matches!(standing, Standing::Whole | Standing::TakenBack | Standing::Gone) {
        return Ok(standing);
    }
    println!(
        "  the stack {name} was left half deployed: deleting it, with what is in its tables, to deploy it anew"
    );
    cloudformation::delete(endpoint, name)?;
    wait_for(
        "the half-deployed stack is deleted",
        UNTIL_SETTLED,
        || Ok((now(endpoint, name)? == Standing::Gone).then_some(Standing::Gone)),
        || "`cargo xtask down --erase` starts anew.".to_owned(),
    )
}

fn now(endpoint: &str, name: &str) -> Result<Standing> {
    Ok(cloudformation::stack(endpoint, name)?.map_or(Standing::Gone, |stack| judge(&stack.status)))
}

fn judge(status: &str) -> Standing {
    match status {
        "DELETE_COMPLETE" => Standing::Gone,
        "UPDATE_ROLLBACK_COMPLETE" | "IMPORT_ROLLBACK_COMPLETE" => Standing::TakenBack,
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => Standing::Whole,
        // Made by a change set that was never carried out; nothing is in it, and it would wait for ever.
        "REVIEW_IN_PROGRESS" => Standing::Broken,
        moving if moving.ends_with("_IN_PROGRESS") => Standing::Moving,
        _ => Standing::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_asks_for_the_right_thing() {
        let cases = [
            ("CREATE_COMPLETE", Standing::Whole),
            ("UPDATE_COMPLETE", Standing::Whole),
            ("UPDATE_ROLLBACK_COMPLETE", Standing::TakenBack),
            ("DELETE_COMPLETE", Standing::Gone),
            ("CREATE_IN_PROGRESS", Standing::Moving),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Standing::Moving),
            ("DELETE_IN_PROGRESS", Standing::Moving),
            ("REVIEW_IN_PROGRESS", Standing::Broken),
            ("ROLLBACK_COMPLETE", Standing::Broken),
            ("ROLLBACK_FAILED", Standing::Broken),
            ("CREATE_FAILED", Standing::Broken),
            ("DELETE_FAILED", Standing::Broken),
            ("UPDATE_ROLLBACK_FAILED", Standing::Broken),
        ];
        for (status, expected) in cases {
            assert_eq!(judge(status), expected, "{status}");
        }
    }
}
