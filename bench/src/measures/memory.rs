//! The most memory that a function ever has.

use std::time::Duration;

use anyhow::Result;
use deployment_template::Function as Description;
use serde_json::json;
use simulated_aws::Stubs;

use crate::deployment::{Deployment, FULL_BATCH};
use crate::events::{DOCS, MESSAGE, MESSAGES, SEARCH, Target, batch, request};
use crate::function::Function;
use crate::report::{Budget, Section, Table};
use crate::shipped::Shipped;
use crate::workloads::{self, TEXT, Workload};

const REQUESTS: usize = 500;
const LARGE_REQUESTS: usize = 50;
/// The longest body of a message, in bytes.
const LONGEST: usize = 64 * 1024;
/// How many messages a chat has that is deleted.
const MESSAGES_IN_DELETED_CHAT: usize = 250;
/// How many chats an application has that is deleted.
const CHATS_IN_DELETED_APPLICATION: usize = 250;
/// As many hits with such a body as fit into the 6 MB that a Lambda may respond with.
const LARGE_HITS: &str = "80";
const MOST_MB: f64 = 32.0;

pub(crate) fn measure(shipped: &Shipped) -> Result<Section> {
    let stubs = Stubs::start(&shipped.template, |_| Duration::ZERO)?;
    let mut deployment = Deployment::new(shipped, &stubs);
    let ordinary = workloads::all(&mut deployment, REQUESTS)?;
    let large = large(&mut deployment)?;
    drop(deployment);
    let mut table =
        Table::new(&["function", "started, MiB", "ordinary requests, MiB", "largest requests, MiB"]);
    let (mut worst, mut worst_name) = (0.0, "");
    for Description { name, .. } in &shipped.template.functions {
        let mut function = Function::start(shipped, name, &stubs)?;
        function.wait_until_idle()?;
        let mut peaks = vec![function.peak_memory()?];
        for (workloads, count) in [(&ordinary, REQUESTS), (&large, LARGE_REQUESTS)] {
            for workload in workloads.iter().filter(|workload| workload.function == name) {
                for event in workload.events.iter().cycle().take(count.max(workload.events.len())) {
                    workload.check(&function.invoke(event)?.0)?;
                }
            }
            function.wait_until_idle()?;
            peaks.push(function.peak_memory()?);
        }
        let peak = peaks.last().copied().unwrap_or_default();
        if peak > worst && !matches!(name.as_str(), "persist" | "reindex") {
            (worst, worst_name) = (peak, name);
        }
        table.row([name.clone()].into_iter().chain(peaks.iter().map(|mib| format!("{mib:.1}"))));
    }
    Ok(Section {
        title: "Memory",
        command: "memory",
        document: None,
        method: format!(
            "The most memory that was ever resident (`VmHWM`, the program's own pages included): when the function asks for \
             its first event, after {REQUESTS} requests of each ordinary kind, and after {LARGE_REQUESTS} of the largest: a \
             message of 64 KiB, a page of them (DynamoDB ends it at 1 MB), the script of the reference page, {LARGE_HITS} \
             hits of 64 KiB (a Lambda may respond with 6 MB), full batches of them, the deletion of a chat with {MESSAGES_IN_DELETED_CHAT} \
             of them, and the deletion of an application with {CHATS_IN_DELETED_APPLICATION} chats."
        ),
        body: table.to_string(),
        budgets: vec![Budget::new(
            "peak memory of an API function, the largest",
            "32 MB",
            format!("{worst:.1} MiB ({worst_name})"),
            worst * 1.048_576 <= MOST_MB,
        )],
    })
}

fn large(deployment: &mut Deployment<'_>) -> Result<Vec<Workload>> {
    let text: String = TEXT.chars().filter(char::is_ascii).cycle().take(LONGEST).collect();
    let application = deployment.create_application()?;
    let chat = deployment.stored_chat(&application, 100, &text)?;
    let sent = deployment.create_messages(&chat, FULL_BATCH, &text)?;
    let index_requests = workloads::index_requests(deployment, &text)?;
    let crowded = deployment.stored_chat(&application, MESSAGES_IN_DELETED_CHAT, &text)?;
    let deletion = deployment.delete_chat(&crowded)?;
    let deleted = deployment.create_application()?;
    for _ in 0..CHATS_IN_DELETED_APPLICATION {
        deployment.stored_chat(&deleted, 0, TEXT)?;
    }
    let deleted = deployment.delete_application(&deleted)?;
    let target = Target { asset: "swagger-ui-bundle.js", ..chat.message(7) };
    let body = json!({ "body": text });
    let mut workloads = vec![
        index_requests,
        Workload { function: "persist", what: "the largest batch", events: vec![batch(&sent)?] },
        Workload { function: "persist", what: "the deletion of a chat", events: vec![batch(&deletion)?] },
        Workload {
            function: "persist",
            what: "the deletion of an application",
            events: vec![batch(&deleted)?],
        },
    ];
    for (function, what, method, route, query, body) in [
        ("create-message", "POST the largest message", "POST", MESSAGES, &[][..], Some(&body)),
        ("update-message", "PATCH the largest message", "PATCH", MESSAGE, &[], Some(&body)),
        ("read", "GET the largest page", "GET", MESSAGES, &[("limit", "200")], None),
        ("reference", "GET the largest file", "GET", DOCS, &[], None),
        (
            "search",
            "GET the largest hits",
            "GET",
            SEARCH,
            &[("q", "jasmine tea"), ("limit", LARGE_HITS)],
            None,
        ),
    ] {
        let events = vec![request(method, route, &target, body).query(query).to_string()];
        workloads.push(Workload { function, what, events });
    }
    Ok(workloads)
}
