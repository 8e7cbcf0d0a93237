use anyhow::{Context, Result};
use aws_prices::{
    ALARM_METRIC_MONTH, HOURS_PER_MONTH, MILLION, MILLION_FIFO_REQUESTS, MILLION_QUEUE_REQUESTS, Servers,
};
use deployment_template::Template;

use crate::report::Table;

/// How many pollers an idle event source has. Source: "Configuring scaling behavior for SQS event source mappings", for standard
/// queues with a maximum concurrency. AWS says nothing about FIFO queues: assumed to be as many.
pub(super) const POLLERS: f64 = 5.0;
/// How long a poll waits for a message, the longest time that SQS allows. Source: "Amazon SQS short and long polling".
pub(super) const POLL_SECONDS: f64 = 20.0;

/// The instances, their prices and their sources.
pub(super) fn instances() -> Table {
    let mut table =
        Table::new(&["what", "small", "USD an hour", "large", "USD an hour", "price page of AWS"]);
    let (small, large) = (Servers::SMALL, Servers::LARGE);
    for (what, small, large) in [
        ("two application servers, each", small.application, large.application),
        ("MySQL, managed", small.database, large.database),
        ("Redis, managed", small.cache, large.cache),
        ("OpenSearch, managed", small.search, large.search),
    ] {
        table.row([
            what.to_owned(),
            small.name.to_owned(),
            small.hour.to_string(),
            large.name.to_owned(),
            large.hour.to_string(),
            small.source.to_owned(),
        ]);
    }
    table
}

/// What a month costs without a message, and with some: servers, and Chatlog with a domain of the same size.
pub(super) fn months(template: &Template, usd_per_million: f64) -> Result<Table> {
    let mut table = Table::new(&[
        "USD a month",
        "servers",
        "Chatlog, idle",
        "Chatlog, 1 M messages",
        "Chatlog, 10 M messages",
        "Chatlog, 100 M messages",
    ]);
    let polling = polling(template)?;
    for (size, servers) in [("small", Servers::SMALL), ("large", Servers::LARGE)] {
        for (domain, search) in [("with a domain", servers.search.month()), ("without one", 0.0)] {
            let chatlog =
                [0.0, 1.0, 10.0, 100.0].map(|millions| polling + search + millions * usd_per_million);
            let servers = servers.month() - servers.search.month() + search;
            let cells = [servers].into_iter().chain(chatlog).map(|usd| format!("{usd:.2}"));
            table.row([format!("{size}, {domain}")].into_iter().chain(cells));
        }
    }
    Ok(table)
}

/// How many messages a month cost as much as the servers, for each price of a million messages.
pub(super) fn break_even(template: &Template, usd_per_million: &[f64]) -> Result<Table> {
    let mut table = Table::new(&[
        "servers, and who pays for OpenSearch",
        "full batches",
        "ten chats a batch",
        "one message a batch",
    ]);
    let polling = polling(template)?;
    for (size, servers) in [("small", Servers::SMALL), ("large", Servers::LARGE)] {
        let search = servers.search.month();
        for (who, domain) in [("both, or nobody", search), ("only the servers", 0.0)] {
            let saved = servers.month() - domain - polling;
            let messages = usd_per_million.iter().map(|usd| messages(saved / usd));
            table.row([format!("{size}; {who}")].into_iter().chain(messages));
        }
    }
    Ok(table)
}

/// Millions of messages a month, and how many a second these are.
fn messages(millions: f64) -> String {
    let per_second = millions * MILLION / HOURS_PER_MONTH / 3600.0;
    format!("{millions:.1} M ({per_second:.1}/s)")
}

/// USD a month for the polls of empty queues.
pub(super) fn polling(template: &Template) -> Result<f64> {
    let polls = POLLERS * HOURS_PER_MONTH * 3600.0 / POLL_SECONDS;
    let mut usd = 0.0;
    for event in template.functions.iter().flat_map(|function| &function.queue_events) {
        let queue = template.queue(&event.queue).context("no such queue")?;
        let price = if queue.fifo.is_some() { MILLION_FIFO_REQUESTS } else { MILLION_QUEUE_REQUESTS };
        usd += polls / MILLION * price;
    }
    Ok(usd)
}

/// How many metrics the alarms watch, and USD a month for them.
pub(super) fn alarms(template: &Template) -> Result<(u32, f64)> {
    let metrics: usize = template.alarms.iter().map(|alarm| alarm.metrics.len()).sum();
    let metrics = u32::try_from(metrics).context("too many metrics")?;
    Ok((metrics, f64::from(metrics) * ALARM_METRIC_MONTH))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template() -> Template {
        Template::parse(include_str!("../../../../template.yaml")).unwrap()
    }

    #[test]
    fn each_queue_with_a_function_is_polled_three_times_a_minute_by_five_pollers() {
        let queues = template().functions.iter().flat_map(|function| function.queue_events.clone()).count();
        let polls = 5.0 * 3.0 * 60.0 * 730.0 / 1e6;
        let polling = polling(&template()).unwrap();
        let queues = f64::from(u32::try_from(queues).unwrap());
        assert!((polls * queues * 0.4..=polls * queues * 0.5).contains(&polling), "{polling}");
    }

    #[test]
    fn an_alarm_costs_as_much_as_its_metrics() {
        let (metrics, usd) = alarms(&template()).unwrap();
        assert!(usize::try_from(metrics).unwrap() > template().alarms.len());
        assert!((usd - f64::from(metrics) / 10.0).abs() < 1e-9, "{usd}");
        // docs/deploy.md promises a modest sum.
        assert!(usd < 5.0, "{usd}");
    }

    #[test]
    fn messages_break_even_when_they_cost_what_the_servers_cost_more() {
        let table = break_even(&template(), &[6.0, 7.0, 8.0]).unwrap().to_string();
        let saved = Servers::SMALL.month() - polling(&template()).unwrap();
        assert!(table.contains(&format!("| small; only the servers | {}", messages(saved / 6.0))), "{table}");
        assert_eq!(messages(10.0), "10.0 M (3.8/s)");
    }
}
