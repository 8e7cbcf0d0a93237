//! The calls of persist and reindex for batches of new messages: in order, repeated, late, and during an outage.

use anyhow::Result;
use simulated_aws::{Fault, SentMessage};

use super::Report;
use crate::calls::Calls;
use crate::deployment::{Deployment, FULL_BATCH};
use crate::events::Target;
use crate::workloads::TEXT;

pub(super) fn measure(deployment: &mut Deployment<'_>, report: &mut Report) -> Result<()> {
    let application = deployment.create_application()?;
    let (chat, created) = deployment.create_chat(&application)?;
    apply("one new chat", &created, deployment, report)?;
    let (other, mut sent) = deployment.create_chat(&application)?;
    sent.extend(deployment.create_messages(&other, FULL_BATCH - 1, TEXT)?);
    apply("a new chat and its first nine messages", &sent, deployment, report)?;

    let mut sent = deployment.create_messages(&chat, 5 * FULL_BATCH + 2, TEXT)?.into_iter();
    let mut next = |count: usize| -> Vec<SentMessage> { sent.by_ref().take(count).collect() };
    let (first, second) = (next(FULL_BATCH), next(FULL_BATCH));
    let mut gap = next(FULL_BATCH + 1);
    let missing = vec![gap.remove(FULL_BATCH / 2)];
    let late = next(1);
    let (early, last) = (next(FULL_BATCH), next(FULL_BATCH));
    let mut rounds = 0;
    for (what, sent) in [
        ("the first full batch of a chat", &first),
        ("the next full batch", &second),
        ("that batch, delivered again", &second),
        ("a full batch with a gap in the numbers", &gap),
        ("the message in the gap, alone", &missing),
        ("a full batch before an earlier message", &early),
        ("that message, late", &late),
        ("a full batch after all that", &last),
    ] {
        let calls = apply(what, sent, deployment, report)?;
        rounds = rounds.max(calls.rounds().len());
        if what == "the next full batch" {
            let units = calls.units().write / 10.0 + report.units_of_number;
            report.budget("write units per message, full batches", "2.1", units.to_string(), units <= 2.1);
        } else if what == "that message, late" {
            let units = calls.units().write + report.units_of_number;
            report.budget("write units per message, one a batch", "3.0", units.to_string(), units <= 3.0);
        }
    }
    let what = "rounds of AWS calls for a full batch of one chat's messages";
    report.budget(what, "4", rounds.to_string(), rounds <= 4);

    let mut mixed = Vec::new();
    for _ in 0..FULL_BATCH {
        let (chat, _) = deployment.create_chat(&application)?;
        mixed.extend(deployment.create_messages(&chat, 1, TEXT)?);
    }
    apply("a full batch of ten chats", &mixed, deployment, report)?;
    outage(deployment, &chat, report)
}

/// Has persist apply a batch.
pub(super) fn apply(
    what: &str,
    sent: &[SentMessage],
    deployment: &mut Deployment<'_>,
    report: &mut Report,
) -> Result<Calls> {
    let calls = deployment.apply("persist", sent)?;
    report.case("persist", what, "applied", &calls)?;
    Ok(calls)
}

fn outage(deployment: &mut Deployment<'_>, chat: &Target, report: &mut Report) -> Result<()> {
    let sent = deployment.create_messages(chat, FULL_BATCH, TEXT)?;
    deployment.stubs.opensearch.plan_faults(|_| Some(Fault::ServerError));
    apply("a full batch while OpenSearch is away", &sent, deployment, report)?;
    deployment.stubs.opensearch.end_faults();
    // For ten seconds, its process would not ask OpenSearch again.
    deployment.restart("persist");
    let deferred = deployment.stubs.aws.take_sent("IndexRequests");
    let calls = deployment.apply("reindex", &deferred)?;
    report.case("reindex", "the same messages, when it is back", "applied", &calls)
}
