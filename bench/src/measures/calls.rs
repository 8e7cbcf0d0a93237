//! Which AWS calls a function makes before it replies, in what order, and what they cost.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::aws::Sent;
use crate::ensemble::{Chat, Ensemble, FULL_BATCH};
use crate::events::{request, status};
use crate::recording::{Calls, Service};
use crate::report::{Section, Table, Verdict};
use crate::shipped::Shipped;
use crate::workloads::TEXT;
use crate::world::World;

/// Long enough for calls that are made at once to be seen at once.
const HOLD: Duration = Duration::from_millis(30);

pub(crate) fn measure(shipped: &Shipped) -> Result<Section> {
    let world = World::new(HOLD)?;
    let mut ensemble = Ensemble::new(shipped, &world);
    let columns =
        ["function", "request", "answer", "AWS calls before the reply", "write units", "read units"];
    let mut report = Report { table: Table::new(&columns), verdicts: Vec::new() };
    requests(&mut ensemble, &mut report)?;
    batches(&mut ensemble, &mut report)?;
    Ok(Section {
        title: "AWS calls and write units",
        command: "calls",
        how: format!(
            "The shipped programs under a stub of the Lambda Runtime API, with DynamoDB, SQS and OpenSearch stubbed on \
             loopback. Every call is held for {} ms: calls that overlap there are made at once (`&`), others one after the \
             other (`then`). The DynamoDB stub keeps items, evaluates the expressions, and counts units from the items' \
             sizes: one for each KiB begun of the larger of the item before and after, as much for a refused condition, \
             twice that in a transaction, and the index of `applications` (all attributes) once for each write to it.",
            HOLD.as_millis()
        ),
        table: report.table,
        verdicts: report.verdicts,
    })
}

struct Report {
    table: Table,
    verdicts: Vec<Verdict>,
}

impl Report {
    fn row(&mut self, function: &str, what: &str, answer: &str, calls: &Calls) {
        let cost = calls.cost();
        let units = |units: f64| if units == 0.0 { "–".to_owned() } else { units.to_string() };
        self.table.row([
            function.to_owned(),
            what.to_owned(),
            answer.to_owned(),
            calls.story(),
            units(cost.write),
            units(cost.read),
        ]);
    }

    fn verdict(&mut self, what: &str, budget: &str, measured: String, kept: bool) {
        self.verdicts.push(Verdict { what: what.to_owned(), budget: budget.to_owned(), measured, kept });
    }
}

fn requests(ensemble: &mut Ensemble<'_>, report: &mut Report) -> Result<()> {
    let (mut reading, mut numbering) = (0, 0.0);
    for workload in crate::workloads::requests(ensemble)? {
        let Some(event) = workload.events.first() else { continue };
        let (answer, calls) = ensemble.ask(workload.function, event)?;
        report.row(workload.function, workload.what, &status(&answer)?.to_string(), &calls);
        let rounds: Vec<usize> = calls.rounds().iter().map(Vec::len).collect();
        let found = format!("{} in {} rounds", calls.len(), rounds.len());
        match workload.function {
            "create-message" => {
                report.verdict("calls of create-message", "2, in sequence", found, calls.len() <= 2);
                numbering = calls.cost().write;
            }
            "create-chat" => {
                report.verdict(
                    "calls of create-chat",
                    "3, two of them at once",
                    found,
                    calls.len() <= 3 && rounds == [1, 2],
                );
            }
            "read" | "search" => reading = reading.max(rounds.len() + usize::from(calls.len() > 2)),
            _ => {}
        }
    }
    report.verdict(
        "rounds of calls of read and search",
        "1 (2 where nothing is found)",
        format!("{reading}"),
        reading == 1,
    );
    report.verdict("write units of a message's number", "1", numbering.to_string(), numbering <= 1.0);
    nothing_found(ensemble, report)
}

/// What is not there costs a second look, at what there is.
fn nothing_found(ensemble: &mut Ensemble<'_>, report: &mut Report) -> Result<()> {
    let chat = ensemble.stored_chat(0, TEXT)?;
    let in_chat = chat.path();
    let message: Vec<(&str, &str)> = in_chat.into_iter().chain([("message", "7")]).collect();
    let elsewhere = [("token", chat.token.as_str()), ("chat", "2")];
    let body = serde_json::json!({ "body": TEXT });
    let messages = "/applications/{token}/chats/{chat}/messages";
    let mut most = 0;
    for (function, what, event) in [
        (
            "create-message",
            "POST to a chat that is not there",
            request(&format!("POST {messages}"), &elsewhere, &[], Some(&body))?,
        ),
        (
            "read",
            "GET a chat that is not there",
            request("GET /applications/{token}/chats/{chat}", &elsewhere, &[], None)?,
        ),
        (
            "read",
            "GET a message that is not there",
            request(&format!("GET {messages}/{{message}}"), &message, &[], None)?,
        ),
        (
            "read",
            "GET the messages of an empty chat",
            request(&format!("GET {messages}"), &in_chat, &[], None)?,
        ),
        (
            "search",
            "GET no hits",
            request(&format!("GET {messages}/search"), &in_chat, &[("q", "tea")], None)?,
        ),
    ] {
        let (answer, calls) = ensemble.ask(function, &event)?;
        report.row(function, what, &status(&answer)?.to_string(), &calls);
        most = most.max(calls.rounds().len());
    }
    report.verdict("rounds of calls where nothing is found", "2", most.to_string(), most <= 2);
    Ok(())
}

fn batches(ensemble: &mut Ensemble<'_>, report: &mut Report) -> Result<()> {
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
