//! What batches of records cost persist and reindex: as they usually come, repeated, late, and while search is away.

use anyhow::{Context, Result};

use super::Report;
use crate::aws::Sent;
use crate::ensemble::{Chat, Ensemble, FULL_BATCH};
use crate::recording::{Calls, Service};
use crate::workloads::TEXT;

pub(super) fn measure(ensemble: &mut Ensemble<'_>, report: &mut Report) -> Result<()> {
    let token = ensemble.application()?;
    let (chat, created) = ensemble.chat(&token)?;
    let calls = ensemble.apply("persist", &created)?;
    report.row("persist", "one new chat", "applied", &calls);

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
    full_batches(&full, report)
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

fn full_batches(full: &[Calls], report: &mut Report) -> Result<()> {
    let most = |service| full.iter().map(|calls| calls.of(service)).max().unwrap_or_default();
    let (dynamodb, opensearch) = (most(Service::DynamoDb), most(Service::OpenSearch));
    let measured = format!("{dynamodb} DynamoDB requests, {opensearch} _bulk");
    let budget = "12 DynamoDB requests, 1 _bulk";
    report.verdict("a full batch of one chat, at worst", budget, measured, dynamodb <= 12 && opensearch <= 1);
    let usual = full.get(1).context("no batch was measured")?.cost().write / 10.0;
    report.verdict(
        "write units of a message's row and count, full batches",
        "1.1",
        format!("{usual}"),
        usual <= 1.1,
    );
    Ok(())
}
