use super::client_write::ClientWrite;
use super::rule::Rule;
use super::violation::Violation;
use crate::history::{Operation, Subject};

/// What is wrong with a stored name or body, given its creation and the updates of it. The last of the accepted updates
/// must be there, or one with an unknown outcome. Of updates that overlap, each may be the last.
pub(super) fn judge(
    subject: &Subject,
    value: &str,
    creation: Option<&ClientWrite<'_>>,
    updates: &[ClientWrite<'_>],
) -> Option<Violation> {
    let newest = newest(updates);
    let is_right = |update: &ClientWrite<'_>| match update.accepted() {
        Some(accepted) => newest.is_none_or(|newest| newest.start <= accepted.end),
        None => update.is_unknown(),
    };
    let same = || updates.iter().filter(|update| update.value() == value);
    if same().any(is_right) {
        return None;
    }
    let violation = |rule, finding: &str, evidence: [Option<&Operation>; 2]| {
        let finding = format!("{finding}: it is {value:?}");
        Some(Violation::new(rule, subject.clone(), finding).with(evidence.into_iter().flatten()))
    };
    if let Some(older) = same().find_map(ClientWrite::accepted) {
        let finding = "an older update replaced a newer one";
        return violation(Rule::WritesOutOfOrder, finding, [Some(older), newest]);
    }
    if let Some(refused) = same().flat_map(ClientWrite::attempts).next() {
        let finding = "a refused update took effect";
        return violation(Rule::RefusedWriteApplied, finding, [Some(refused), None]);
    }
    let created = creation.and_then(ClientWrite::accepted);
    match (creation, newest) {
        (Some(creation), None) if creation.value() == value => None,
        (Some(creation), _) if creation.value() != value => {
            violation(Rule::WrongContent, "nobody wrote this to it", [created, newest])
        }
        // Without a creation that was accepted, the value may be that of one with an unknown outcome.
        (_, Some(_)) => {
            violation(Rule::AcceptedWriteLost, "an accepted update has no effect", [created, newest])
        }
        (_, None) => None,
    }
}

/// The accepted update that was sent last.
pub(super) fn newest<'h>(updates: &[ClientWrite<'h>]) -> Option<&'h Operation> {
    updates.iter().filter_map(ClientWrite::accepted).max_by_key(|update| update.start)
}
