//! A token that was replaced is refused.

use super::after_deletion::KNOWN_FOR;
use super::rule::Rule;
use super::violation::Violation;
use crate::history::{History, Subject};

pub(super) fn check(history: &History) -> Vec<Violation> {
    let late =
        history.old_tokens.iter().filter(|old| old.is_accepted && old.start > old.replaced + KNOWN_FOR);
    late.map(|old| {
        let finding =
            format!("its token was accepted more than {} s after its rotation", KNOWN_FOR.as_secs());
        let subject = Subject::Application(old.application);
        Violation::new(Rule::RevokedTokenAccepted, subject, finding).with([old])
    })
    .collect()
}
