//! `chatlog status`

mod metrics;
mod shown;

use anyhow::{Context, Result};
use conversation::error_chain;
use sqs_queues::QueueSize;

use crate::arguments::Output;
use crate::deployment::Deployment;
use crate::index;
use metrics::Metrics;
use shown::{Queue, Status, Table};

/// The queues by their outputs, with the functions that they invoke. The records of the last two could not be applied.
const QUEUES: [(&str, Option<&str>); 5] = [
    ("WritesUrl", Some("persist")),
    ("IndexRequestsUrl", Some("reindex")),
    ("SweepsUrl", Some("sweep")),
    ("WritesDlqUrl", None),
    ("SweepsDlqUrl", None),
];
const TABLES: [&str; 6] = [
    "ApplicationsTable",
    "ChatsTable",
    "MessagesTable",
    "CountersTable",
    "IdempotencyKeysTable",
    "IndexStateTable",
];

pub(crate) async fn run(deployment: &Deployment, output: Output) -> Result<()> {
    let named = QUEUES.map(|(output, function)| Ok((deployment.output(output)?, function)));
    let named = named.into_iter().collect::<Result<Vec<_>>>()?;
    let tables = TABLES.map(|name| deployment.output(name)).into_iter().collect::<Result<Vec<_>>>()?;
    let queue_names = named.iter().map(|(url, _)| queue_name(url));
    let functions: Vec<&str> = QUEUES.into_iter().filter_map(|(_, function)| function).collect();
    let metrics = Metrics::read(&deployment.sdk, &deployment.stack, queue_names, &functions, &tables).await;
    let (metrics, metrics_error) = match metrics {
        Ok(metrics) => (metrics, None),
        Err(error) => (Metrics::default(), Some(error_chain(&error))),
    };
    let mut queues = Vec::new();
    for (url, function) in named {
        let name = queue_name(url);
        let size = QueueSize::read(&deployment.sdk, url).await;
        let QueueSize { visible, in_flight } =
            size.with_context(|| format!("could not ask for the size of the queue {name}"))?;
        let failing = function.and_then(|function| metrics.failing_millis.get(function));
        let ages = [metrics.oldest_seconds.get(name).copied(), failing.map(|millis| millis / 1_000)];
        queues.push(Queue {
            name: name.to_owned(),
            visible,
            in_flight,
            oldest_seconds: ages.into_iter().flatten().max(),
        });
    }
    let dead_letters = queues.split_off(queues.len().saturating_sub(2));
    let (index, index_error) = match index::status::read(deployment).await {
        Ok(index) => (Some(index), None),
        Err(error) => (None, Some(format!("{error:#}"))),
    };
    let table = |name: &str| Table {
        name: name.to_owned(),
        read_throttles: metrics.read_throttles.get(name).copied(),
        write_throttles: metrics.write_throttles.get(name).copied(),
    };
    output.print(&Status {
        stack: deployment.stack.clone(),
        queues,
        dead_letters,
        tables: tables.into_iter().map(table).collect(),
        metrics_error,
        index,
        index_error,
    })
}

/// The name is the end of the URL.
fn queue_name(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}
