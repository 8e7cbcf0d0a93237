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

/// The queues by their outputs. The records of the last two could not be applied.
const QUEUES: [&str; 5] = ["WritesUrl", "IndexRequestsUrl", "SweepsUrl", "WritesDlqUrl", "SweepsDlqUrl"];
const TABLES: [&str; 5] =
    ["ApplicationsTable", "ChatsTable", "MessagesTable", "CountersTable", "IndexStateTable"];

pub(crate) async fn run(deployment: &Deployment, output: Output) -> Result<()> {
    let urls = QUEUES.map(|name| deployment.output(name)).into_iter().collect::<Result<Vec<_>>>()?;
    let tables = TABLES.map(|name| deployment.output(name)).into_iter().collect::<Result<Vec<_>>>()?;
    let metrics = Metrics::read(&deployment.sdk, urls.iter().map(|url| queue_name(url)), &tables).await;
    let (metrics, metrics_error) = match metrics {
        Ok(metrics) => (metrics, None),
        Err(error) => (Metrics::default(), Some(error_chain(&error))),
    };
    let mut queues = Vec::new();
    for url in urls {
        let name = queue_name(url);
        let size = QueueSize::read(&deployment.sdk, url).await;
        let QueueSize { visible, in_flight } =
            size.with_context(|| format!("could not ask for the size of the queue {name}"))?;
        queues.push(Queue {
            name: name.to_owned(),
            visible,
            in_flight,
            oldest_seconds: metrics.oldest_seconds.get(name).copied(),
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
