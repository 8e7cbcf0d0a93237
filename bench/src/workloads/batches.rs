use anyhow::Result;

use super::{TEXT, Workload};
use crate::deployment::{Deployment, FULL_BATCH, FULL_INDEX_BATCH};
use crate::events::batch;
use simulated_aws::Fault;

/// Full batches of one chat, with `records` records each kind: new messages, and updates of messages that the same batch
/// deletes.
pub(super) fn persist(deployment: &mut Deployment<'_>, records: usize) -> Result<Vec<Workload>> {
    let (batches, half) = (records / FULL_BATCH, FULL_BATCH / 2);
    let application = deployment.create_application()?;
    let chat = deployment.stored_chat(&application, 0, TEXT)?;
    deployment.lift_limits()?;
    let sent = deployment.create_messages(&chat, batches * FULL_BATCH, TEXT)?;
    let created = sent.chunks(FULL_BATCH).map(batch).collect::<Result<_>>()?;

    let other = deployment.stored_chat(&application, 0, TEXT)?;
    deployment.lift_limits()?;
    for batch in deployment.create_messages(&other, batches * half, TEXT)?.chunks(FULL_BATCH) {
        deployment.apply("persist", batch)?;
    }
    let mut changed = Vec::new();
    for numbers in (0..batches).map(|turn| turn * half + 1..=(turn + 1) * half) {
        let mut sent = deployment.update_messages(&other, numbers.clone(), TEXT)?;
        sent.extend(deployment.delete_messages(&other, numbers)?);
        changed.push(batch(&sent)?);
    }
    Ok(vec![
        Workload { function: "persist", what: "a full batch of one chat's new messages", events: created },
        Workload { function: "persist", what: "a full batch of updates and deletions", events: changed },
    ])
}

/// What persist sends to reindex while OpenSearch is away, as a full batch of one chat.
pub(crate) fn index_requests(deployment: &mut Deployment<'_>, text: &str) -> Result<Workload> {
    let application = deployment.create_application()?;
    let chat = deployment.stored_chat(&application, 0, text)?;
    let sent = deployment.create_messages(&chat, FULL_INDEX_BATCH, text)?;
    deployment.stubs.opensearch.plan_faults(|_| Some(Fault::ServerError));
    for batch in sent.chunks(FULL_BATCH) {
        deployment.apply("persist", batch)?;
    }
    deployment.stubs.opensearch.end_faults();
    // For ten seconds, its process would not ask OpenSearch again.
    deployment.restart("persist");
    let events = vec![batch(&deployment.stubs.aws.take_sent("IndexRequests"))?];
    Ok(Workload { function: "reindex", what: "a full batch of one chat", events })
}
