use std::time::Duration;

use anyhow::{Result, bail};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::INTERVAL;
use crate::lambda::FunctionName;
use crate::random::Random;
use crate::scenario::Scenario;
use crate::workload::{Clients, follow, read, search};

/// How often an unreadable record is tried again, until there is a chat.
const ATTEMPTS: u32 = 60;

/// What happens besides the writes: clients that read, unreadable records, and a deployment.
#[derive(Debug)]
pub(super) struct SideTasks {
    readers: Vec<JoinHandle<Result<()>>>,
    unreadable_records: JoinHandle<()>,
    deploying: JoinHandle<()>,
}

impl SideTasks {
    pub(super) fn start(clients: &Clients, scenario: &Scenario, random: &Random) -> Self {
        let followers = (0..scenario.followers)
            .map(|number| tokio::spawn(follow(clients.clone(), number, random.fork())));
        let mut readers: Vec<_> = followers.collect();
        readers.extend(
            (0..scenario.searchers)
                .map(|number| tokio::spawn(search(clients.clone(), number, random.fork()))),
        );
        readers.extend(
            (0..scenario.readers).map(|number| tokio::spawn(read(clients.clone(), number, random.fork()))),
        );
        let records = scenario.unreadable_records;
        let unreadable_records =
            tokio::spawn(put_unreadable_records(clients.clone(), records, scenario.length(), random.fork()));
        let deployments = scenario.deployments(&clients.region.template.functions, &random.fork());
        let deploying = tokio::spawn(deploy(clients.clone(), deployments));
        Self { readers, unreadable_records, deploying }
    }

    /// Ends them. Fails if a reader ended before.
    pub(super) async fn end(self) -> Result<()> {
        for reader in self.readers {
            if reader.is_finished() {
                reader.await??;
                bail!("a reader stopped");
            }
            reader.abort();
        }
        self.unreadable_records.abort();
        self.deploying.abort();
        Ok(())
    }
}

/// Puts records that no version can read on the queue of writes, each in the group of a chat.
async fn put_unreadable_records(clients: Clients, count: u32, length: Duration, random: Random) {
    for _ in 0..count {
        sleep(length.mul_f64(random.unit() / f64::from(count))).await;
        for _ in 0..ATTEMPTS {
            if clients.put_unreadable_record(&random) {
                break;
            }
            sleep(INTERVAL).await;
        }
    }
}

/// Deploys the next release of functions, each at its time since now.
async fn deploy(clients: Clients, deployments: Vec<(Duration, FunctionName)>) {
    let start = clients.region.context.now();
    for (at, function) in deployments {
        clients.region.context.clock.sleep_until(start + at).await;
        clients.region.lambda.deploy(&function);
    }
}
