//! What batches of records cost persist and reindex: as they usually come, repeated, late, and while search is away.

use anyhow::{Context, Result};

use super::Report;
use crate::aws::Sent;
use crate::ensemble::{Chat, Ensemble, FULL_BATCH};
use crate::recording::{Calls, Service};
use crate::workloads::TEXT;

/// Answers the calls of each full batch of one chat's messages.
pub(super) fn measure(ensemble: &mut Ensemble<'_>, report: &mut Report) -> Result<Vec<Calls>> {
    let token = ensemble.application()?;
    let (chat, created) = ensemble.chat(&token)?;
    let calls = ensemble.apply("persist", &created)?;
    report.row("persist", "one new chat", "applied", &calls);
    with_its_chat(ensemble, &token, report)?;

    let mut said = ensemble.say(&chat, 5 * FULL_BATCH + 2, TEXT)?.into_iter();
    let mut next = |count: usize| -> Vec<Sent> { said.by_ref().take(count).collect() };
    let (first, second) = (next(FULL_BATCH), next(FULL_BATCH));
    let mut holed = next(FULL_BATCH + 1);
    let in_the_middle = vec![holed.remove(FULL_BATCH / 2)];
    let late = next(1);
    let (early, last) = (next(FULL_BATCH), next(FULL_BATCH));
    let mut full = Vec::new();
    for (what, batch) in [
        ("a chat's first full batch", &first),
        ("its next full batch", &second),
        ("that batch delivered again", &second),
        ("a full batch with a number missing in the middle", &holed),
        ("the missing one, late", &in_the_middle),
        ("a full batch that came before an earlier record", &early),
        ("that record, late", &late),
        ("a full batch after all that", &last),
    ] {
        let calls = ensemble.apply("persist", batch)?;
        report.row("persist", what, "applied", &calls);
        if batch.len() == FULL_BATCH {
            full.push(calls);
        }
    }
    let mut mixed = Vec::new();
    for _ in 0..FULL_BATCH {
        let (chat, _) = ensemble.chat(&token)?;
        mixed.extend(ensemble.say(&chat, 1, TEXT)?);
    }
    let calls = ensemble.apply("persist", &mixed)?;
    report.row("persist", "a full batch of ten chats", "applied", &calls);
    while_search_is_away(ensemble, &chat, report)?;
    Ok(full)
}

/// The one batch of a chat that has its creation in it.
fn with_its_chat(ensemble: &mut Ensemble<'_>, token: &str, report: &mut Report) -> Result<()> {
    let (chat, mut sent) = ensemble.chat(token)?;
    sent.extend(ensemble.say(&chat, FULL_BATCH - 1, TEXT)?);
    let calls = ensemble.apply("persist", &sent)?;
    report.row("persist", "a new chat and its first nine messages", "applied", &calls);
    within_budget("a full batch that begins with its chat", &[calls], report);
    Ok(())
}

fn while_search_is_away(ensemble: &mut Ensemble<'_>, chat: &Chat, report: &mut Report) -> Result<()> {
    let said = ensemble.say(chat, FULL_BATCH, TEXT)?;
    ensemble.world.opensearch.set_away(true);
    let calls = ensemble.apply("persist", &said)?;
    ensemble.world.opensearch.set_away(false);
    report.row("persist", "a full batch while OpenSearch is away", "applied", &calls);
    let deferred = ensemble.world.aws.take_sent();
    let calls = ensemble.apply("reindex", &deferred)?;
    report.row("reindex", "the same messages, when it is back", "applied", &calls);
    Ok(())
}

/// What became of the budgets of full batches.
pub(super) fn verdicts(full: &[Calls], report: &mut Report) -> Result<()> {
    within_budget("a full batch of one chat's messages, at worst", full, report);
    let usual = full.get(1).context("no batch was measured")?.cost().write / 10.0;
    report.verdict(
        "write units of a message's row and count, full batches",
        "1.1",
        format!("{usual}"),
        usual <= 1.1,
    );
    Ok(())
}

fn within_budget(what: &str, full: &[Calls], report: &mut Report) {
    let most = |of: &dyn Fn(&Calls) -> usize| full.iter().map(of).max().unwrap_or_default();
    let (dynamodb, bulk) = (most(&|calls| calls.of(Service::DynamoDb)), most(&|calls| calls.called("_bulk")));
    let measured = format!("{dynamodb} DynamoDB requests, {bulk} _bulk");
    report.verdict(what, "12 DynamoDB requests, 1 _bulk", measured, dynamodb <= 12 && bulk <= 1);
}
