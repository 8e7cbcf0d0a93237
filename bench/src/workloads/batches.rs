//! Batches of records, as many as fit into one.

use anyhow::Result;

use super::{TEXT, Workload};
use crate::ensemble::{Ensemble, FULL_BATCH};
use crate::events::batch;

/// Full batches of one chat, with `turns` records each kind: one of new messages, and one in which every
/// message that is updated is deleted too.
pub(crate) fn persist(ensemble: &mut Ensemble<'_>, turns: usize) -> Result<Vec<Workload>> {
    let batches = turns / FULL_BATCH;
    let busy = ensemble.stored_chat(0, TEXT)?;
    let said = ensemble.say(&busy, batches * FULL_BATCH, TEXT)?;
    let created = said.chunks(FULL_BATCH).map(batch).collect::<Result<_>>()?;

    let half = FULL_BATCH / 2;
    let other = ensemble.stored_chat(batches * half, TEXT)?;
    let mut changed = Vec::new();
    for numbers in (0..batches).map(|turn| turn * half + 1..=(turn + 1) * half) {
        let mut sent = ensemble.update_messages(&other, numbers.clone(), TEXT)?;
        sent.extend(ensemble.delete_messages(&other, numbers)?);
        changed.push(batch(&sent)?);
    }
    Ok(vec![
        Workload { function: "persist", what: "a full batch of one chat's new messages", events: created },
        Workload { function: "persist", what: "a full batch of updates and deletions", events: changed },
    ])
}

/// One full batch: to index what is there already takes as long.
pub(crate) fn reindex(ensemble: &mut Ensemble<'_>, _turns: usize) -> Result<Vec<Workload>> {
    Ok(vec![left_to_index(ensemble, TEXT)?])
}

/// What persist left to reindex while OpenSearch was away, for one chat.
pub(crate) fn left_to_index(ensemble: &mut Ensemble<'_>, text: &str) -> Result<Workload> {
    let chat = ensemble.stored_chat(0, text)?;
    let said = ensemble.say(&chat, FULL_BATCH, text)?;
    ensemble.world.opensearch.set_away(true);
    ensemble.apply("persist", &said)?;
    ensemble.world.opensearch.set_away(false);
    let events = vec![batch(&ensemble.world.aws.take_sent())?];
    Ok(Workload { function: "reindex", what: "a full batch of one chat", events })
}
