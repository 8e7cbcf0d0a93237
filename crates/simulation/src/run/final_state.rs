//! What a run leaves behind, read through the API and from the services.

mod api;
mod dead_letters;
mod tables;

use anyhow::Result;

use crate::history::{FinalState, History, IndexedDocument, QueueDepth};
use crate::region::Region;
use dead_letters::dead_letters;
use tables::Tables;

/// Reads everything.
///
/// # Errors
/// A page cannot be read, or a row has an unexpected form.
pub(super) async fn read(region: &Region, history: &mut History) -> Result<FinalState> {
    let api = api::contents(region, history).await?;
    let mut tables = Tables::read(&region.dynamodb, history)?;
    let documents = region.index.documents().into_iter().map(|document| {
        let message = history.message(&document.chat, document.message.number);
        IndexedDocument { message, body: document.message.body.as_str().into() }
    });
    let index = documents.collect();
    let lost = region.index.lost();
    let lost_from_index = lost.iter().map(|id| history.message(&id.chat, id.message)).collect();
    let queues =
        region.queues().map(|id| QueueDepth { queue: region.queue_name(id), records: region.sqs.len(id) });
    Ok(FinalState {
        api,
        index,
        lost_from_index,
        orphans: std::mem::take(&mut tables.orphans),
        ledgers: std::mem::take(&mut tables.ledgers),
        queues: queues.collect(),
        dead_letters: dead_letters(region, history),
        tables: tables.contents(),
    })
}
