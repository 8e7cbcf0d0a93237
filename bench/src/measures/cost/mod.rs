//! USD per million messages, and what the servers cost that do without Chatlog.

mod bill;
mod cases;
mod comparison;
mod invocation;

use std::fmt::Write as _;

use anyhow::Result;
use aws_prices::{DASHBOARD_MONTH, METRIC_MONTH};
use simulated_aws::Stubs;

use super::assumed_latency;
use crate::report::{Budget, Section, Table, budget_table};
use crate::shipped::Shipped;
use bill::Bill;
use cases::{Case, MEASURED_MESSAGES};
use comparison::{POLL_SECONDS, POLLERS, alarms, break_even, instances, months, polling};
use invocation::Invocation;

const METHOD: &str = "\
What AWS bills, at its list prices for us-east-1, on demand, first tier, without free tiers. `crates/aws-prices` has each price \
with its source. Write and read units and calls are those that the shipped programs made in this measurement.

- **Duration**: measured with stubs that hold a call to DynamoDB for 5 ms, to SQS for 8 ms and to OpenSearch for 15 ms: \
assumed, about the medians of [scale.md](scale.md). The processor time is stretched to the share of a processor that the function's memory \
brings (1,769 MB are one: \"Configure Lambda function memory\"), though measured on another processor than Lambda's. Then it is \
rounded up to milliseconds. Without cold starts.
- **SQS**: one send a message; for each batch one receive and one deletion by Lambda's poller. Each 64 KB of a call are a request. \
Polls without a message are below, as idle cost.
- **Logs**: the lines that the programs wrote, and 26 bytes that CloudWatch counts beside each. With the levels that are the \
defaults of the template ([ADR 20](adr/0020-cost.md)).
- **Not included**: storage, backups, data transfer, the OpenSearch domain, and reading. Each request to read costs 3.70 a million for \
API Gateway and Lambda, and its read units ([calls.md](calls.md)), 0.125 a million.";

/// What the metrics in the log cost, a line of [`METHOD`]. They do not grow with the messages.
fn metrics() -> String {
    format!(
        "- **Metrics** in the log ([ADR 25](adr/0025-one-line-for-each-batch.md)) are not included: {METRIC_MONTH:.2} a month each, for the \
         hours in which they have values. Two have values while messages are stored, and one more for each code of a problem that \
         clients get; idle, none."
    )
}

pub(crate) fn measure(shipped: &Shipped) -> Result<Section> {
    let stubs = Stubs::start(&shipped.template, assumed_latency)?;
    let (creation, cases) = cases::measure(shipped, &stubs)?;
    let bills: Vec<Bill> = cases.iter().map(|case| Bill::of(&case.usage, creation.log_bytes)).collect();
    let budgets = budgets(&cases, &bills);
    let mut body = budget_table(&budgets).to_string();
    let durations = durations(&creation, &cases);
    write!(body, "\n## Invocations\n\nUnits are means of {MEASURED_MESSAGES} messages.\n\n{durations}")?;
    for (case, bill) in cases.iter().zip(&bills) {
        write!(body, "\n## {}\n\n{}\n\n{}", case.title, case.what, bill.table)?;
    }
    write!(body, "\n## Other settings\n\n{}", settings(&bills))?;
    body.push_str(&comparison(shipped, &bills)?);
    Ok(Section {
        title: "Cost",
        command: "cost",
        document: Some("cost.md"),
        method: format!("{METHOD}\n{}", metrics()),
        body,
        budgets,
    })
}

fn budgets(cases: &[Case], bills: &[Bill]) -> Vec<Budget> {
    let mut budgets = Vec::new();
    let [full, .., single] = cases else { return budgets };
    let [full_bill, .., single_bill] = bills else { return budgets };
    for (what, at_most, most, usd) in [
        ("USD per million messages, full batches", "6.0", 6.0, full_bill.usd),
        ("USD per million messages, one a batch", "7.5", 7.5, single_bill.usd),
    ] {
        budgets.push(Budget::new(what, at_most, format!("{usd:.2}"), usd <= most));
    }
    for (what, at_most, most, units) in [
        (
            "write units per message, full batches, with each raise of the chat's limit",
            "2.1",
            2.1,
            full.usage.write_units,
        ),
        (
            "write units per message, one a batch, with each raise of the chat's limit",
            "3.0",
            3.0,
            single.usage.write_units,
        ),
    ] {
        budgets.push(Budget::new(what, at_most, format!("{units:.3}"), units <= most));
    }
    budgets
}

fn durations(creation: &Invocation, cases: &[Case]) -> Table {
    let mut table =
        Table::new(&["invocation", "memory, MB", "billed, ms", "write units", "read units", "logged, bytes"]);
    let persist = cases.iter().map(|case| (format!("persist, {}", case.title.to_lowercase()), &case.batch));
    for (what, invocation) in [("create-message".to_owned(), creation)].into_iter().chain(persist) {
        table.row([
            what,
            invocation.memory_mib.to_string(),
            invocation.milliseconds.to_string(),
            format!("{:.2}", invocation.write_units),
            format!("{:.2}", invocation.read_units),
            format!("{:.0}", invocation.log_bytes),
        ]);
    }
    table
}

fn settings(bills: &[Bill]) -> Table {
    let mut table =
        Table::new(&["USD per million messages", "full batches", "ten chats a batch", "one message a batch"]);
    let mut row = |what: &str, usd: fn(&Bill) -> f64| {
        let cells = bills.iter().map(|bill| format!("{:.2}", usd(bill)));
        table.row([what.to_owned()].into_iter().chain(cells));
    };
    row("as above", |bill| bill.usd);
    row("`SystemLogLevel=INFO`: Lambda's two lines for each invocation", |bill| bill.with_system_lines);
    row("`FunctionTracing=Active`: 5 % of the invocations", |bill| bill.with_traces);
    row("`RequestLogLevel=WARN`: no line for each request", |bill| bill.without_request_lines);
    table
}

fn comparison(shipped: &Shipped, bills: &[Bill]) -> Result<String> {
    let template = &shipped.template;
    let usd: Vec<f64> = bills.iter().map(|bill| bill.usd).collect();
    let most = usd.iter().copied().fold(0.0, f64::max);
    let (metrics, alarms) = alarms(template)?;
    Ok(format!(
        "\n## The servers that it replaces\n\n\
         Two application servers, MySQL, Redis and OpenSearch on instances. They cost the same idle and busy. *Small* are the smallest \
         that are reasonable for production, burstable; *large* may be busy all day, but for the cache. How many messages either \
         take was not measured. A month has 730 hours. In favour of the servers, their load balancer, standby database, \
         storage and logs are not included.\n\n\
         AWS's price pages load their tables by script, so we read the prices in public copies of them: that of `m7g.large` in \
         \"Amazon EC2 On-Demand Pricing: Instance Families, Regional Multipliers, and the Graviton Crossover (2026)\", the others in \
         price tables of public repositories, most of which agree.\n\n{instances}\n\
         Idle, Chatlog pays for storage, for a domain if it has one, and for polls of empty queues. Lambda polls the queue of each \
         event source with {POLLERS} long polls of {POLL_SECONDS} s at the same time: so AWS documents standard queues with a maximum \
         concurrency (\"Configuring scaling behavior for SQS event source mappings\"); it says nothing about FIFO queues, for which \
         we assume the same. Polls of all queues cost {polling:.2} a month. Busy, Chatlog is shown at the highest of \
         the prices above, {most:.2} a million messages.\n\n\
         Not included on either side: alarms and dashboards. The template's alarms watch {metrics} metrics, for {alarms:.2} a month; its \
         dashboard costs {DASHBOARD_MONTH:.2}, unless it is one of the first three of the account.\n\n{months}\n\
         ## Break-even\n\n\
         So many messages a month cost as much as the servers, and so many a second around the clock. If both sides pay for a \
         domain of the same size, or nobody does, it cancels out. *Only the servers*: Chatlog uses a domain that exists \
         anyway (`OpenSearchEndpoint`).\n\n{break_even}",
        instances = instances(),
        polling = polling(template)?,
        months = months(template, most)?,
        break_even = break_even(template, &usd)?,
    ))
}
