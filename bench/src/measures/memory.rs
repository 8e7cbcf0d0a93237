//! How much memory a function ever has.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::ensemble::{Ensemble, FULL_BATCH};
use crate::events::{batch, request};
use crate::function::Function;
use crate::report::{Section, Table, Verdict};
use crate::shipped::{HELLO_WORLD, Shipped};
use crate::workloads::{self, TEXT, Workload};
use crate::world::World;

const REQUESTS: usize = 500;
const LARGE_REQUESTS: usize = 50;
/// The largest body that a message may have.
const LARGEST: usize = 64 * 1024;
/// How many messages a chat has that is deleted.
const CROWD: usize = 250;
/// As many hits with such a body as fit into the 6 MB that a Lambda may answer.
const LARGE_HITS: &str = "80";
const MOST_MIB: f64 = 32.0;

pub(crate) fn measure(shipped: &Shipped) -> Result<Section> {
    let world = World::new(Duration::ZERO)?;
    let mut ensemble = Ensemble::new(shipped, &world);
    let ordinary = workloads::all(&mut ensemble, REQUESTS)?;
    let large = large(&mut ensemble)?;
    let mut table = Table::new(&[
        "function",
        "started, MiB",
        "after ordinary requests, MiB",
        "after the largest ones, MiB",
    ]);
    let (mut worst, mut name_of_worst) = (0.0, "");
    for name in [HELLO_WORLD].into_iter().chain(shipped.functions().iter().map(String::as_str)) {
        let function = Function::start(shipped, name, &world)?;
        function.rest()?;
        let mut peaks = vec![peak(&function)?];
        for (workloads, count) in [(&ordinary, REQUESTS), (&large, LARGE_REQUESTS)] {
            let own = |workload: &&Workload| {
                workload.function == name || name == HELLO_WORLD && workload.what.starts_with("POST")
            };
            for workload in workloads.iter().filter(own) {
                repeat(&function, workload, count)?;
            }
            peaks.push(peak(&function)?);
        }
        if let (Some(last), false) = (peaks.last(), matches!(name, "persist" | "reindex"))
            && *last > worst
        {
            (worst, name_of_worst) = (*last, name);
        }
        table.row([name.to_owned()].into_iter().chain(peaks.iter().map(|mib| format!("{mib:.1}"))));
    }
    let verdict = Verdict {
        what: "peak RSS of an API function, the largest".to_owned(),
        budget: format!("{MOST_MIB} MB"),
        measured: format!("{worst:.1} MiB ({name_of_worst})"),
        kept: worst * 1.048_576 <= MOST_MIB,
    };
    Ok(Section {
        title: "Memory",
        command: "memory",
        how: format!(
            "The most memory that was ever resident (`VmHWM`, the program's own pages included): when the function asks for \
             its first event, after {REQUESTS} requests of each ordinary kind, and after {LARGE_REQUESTS} more of the \
             largest: a message of 64 KiB, a page of them (DynamoDB ends it at 1 MB), the script of the reference page, \
             {LARGE_HITS} hits of 64 KiB (a Lambda may answer 6 MB), full batches of them for persist and reindex, and the \
             deletion of a chat with {CROWD} of them."
        ),
        table,
        verdicts: vec![verdict],
    })
}

fn large(ensemble: &mut Ensemble<'_>) -> Result<Vec<Workload>> {
    let text: String = TEXT.chars().filter(char::is_ascii).cycle().take(LARGEST).collect();
    let chat = ensemble.stored_chat(100, &text)?;
    let said = ensemble.say(&chat, FULL_BATCH, &text)?;
    let in_chat = chat.path();
    let messages = "/applications/{token}/chats/{chat}/messages";
    let deferred = workloads::left_to_index(ensemble, &text)?;
    let crowded = ensemble.stored_chat(CROWD, &text)?;
    let deletion = ensemble.delete_chat(&crowded)?;
    let body = json!({ "body": text });
    let page = [("limit", "200")];
    let hits = [("q", "jasmine tea"), ("limit", LARGE_HITS)];
    Ok([
        (
            "create-message",
            "POST the largest message",
            request(&format!("POST {messages}"), &in_chat, &[], Some(&body))?,
        ),
        (
            "update-message",
            "PATCH the largest message",
            request(&format!("PATCH {messages}/{{message}}"), &chat.path_to("7"), &[], Some(&body))?,
        ),
        ("read", "GET the largest page", request(&format!("GET {messages}"), &in_chat, &page, None)?),
        (
            "reference",
            "GET the largest file",
            request("GET /docs/{asset}", &[("asset", "swagger-ui-bundle.js")], &[], None)?,
        ),
        (
            "search",
            "GET the largest hits",
            request(&format!("GET {messages}/search"), &in_chat, &hits, None)?,
        ),
        ("persist", "the largest batch", batch(&said)?),
        ("persist", "the deletion of a chat", batch(&deletion)?),
    ]
    .into_iter()
    .map(|(function, what, event)| Workload { function, what, events: vec![event] })
    .chain([deferred])
    .collect())
}

fn repeat(function: &Function, workload: &Workload, count: usize) -> Result<()> {
    for event in workload.events.iter().cycle().take(count.max(workload.events.len())) {
        workload.check(&function.invoke(event)?.body)?;
    }
    function.rest()
}

fn peak(function: &Function) -> Result<f64> {
    Ok(f64::from(function.process().peak_memory()?) / 1024.0)
}
