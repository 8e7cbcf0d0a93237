//! What updates and deletions cost persist, from single messages to a whole chat.

use anyhow::Result;

use super::Report;
use crate::aws::Sent;
use crate::ensemble::{Ensemble, FULL_BATCH};
use crate::recording::Calls;
use crate::workloads::TEXT;

/// How many messages the chat has that is deleted.
const CROWD: usize = 250;

/// Answers the calls of each full batch.
pub(super) fn measure(ensemble: &mut Ensemble<'_>, report: &mut Report) -> Result<Vec<Calls>> {
    let half = FULL_BATCH / 2;
    let chat = ensemble.stored_chat(half + FULL_BATCH, TEXT)?;
    let updated = ensemble.update_messages(&chat, 1..=FULL_BATCH, TEXT)?;
    let mut changed = ensemble.update_messages(&chat, 1..=half, TEXT)?;
    changed.extend(ensemble.delete_messages(&chat, 1..=half)?);
    let deleted = ensemble.delete_messages(&chat, half + 1..=half + FULL_BATCH)?;
    let mut full = apply(
        ensemble,
        report,
        [
            ("a full batch of updates", &updated),
            ("a full batch of updates and deletions", &changed),
            ("a full batch of deletions", &deleted),
            ("that batch delivered again", &deleted),
        ],
    )?;

    let crowded = ensemble.stored_chat(CROWD, TEXT)?;
    let late = ensemble.say(&crowded, FULL_BATCH, TEXT)?;
    let deletion = ensemble.delete_chat(&crowded)?;
    let name = format!("the deletion of a chat with {CROWD} messages");
    apply(ensemble, report, [(name.as_str(), &deletion), ("that deletion delivered again", &deletion)])?;
    full.extend(apply(ensemble, report, [("a full batch of messages that comes after it", &late)])?);
    Ok(full)
}

fn apply<const COUNT: usize>(
    ensemble: &mut Ensemble<'_>,
    report: &mut Report,
    batches: [(&str, &Vec<Sent>); COUNT],
) -> Result<Vec<Calls>> {
    batches
        .into_iter()
        .map(|(what, batch)| {
            let calls = ensemble.apply("persist", batch)?;
            report.row("persist", what, "applied", &calls);
            Ok(calls)
        })
        .collect()
}
