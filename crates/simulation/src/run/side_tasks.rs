use std::time::Duration;

use anyhow::{Result, bail};
use tokio::task::JoinHandle;
use tokio::time::sleep;

use super::INTERVAL;
use crate::random::Random;
use crate::scenario::Scenario;
use crate::workload::{Clients, follow, read, search};

/// How often an unreadable record waits for the first chat.
const ATTEMPTS: u32 = 60;

/// What goes on beside the writes: clients that read, records that nobody can read, and a deployment.
#[derive(Debug)]
pub(super) struct SideTasks {
    readers: Vec<JoinHandle<Result<()>>>,
    planting: JoinHandle<()>,
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
        let planting =
            tokio::spawn(plant_records(clients.clone(), records, scenario.length(), random.fork()));
        let functions: Vec<String> =
            clients.region.template.functions.iter().map(|function| function.name.clone()).collect();
        let deployments = scenario.deployments(&functions, &random.fork());
        let deploying = tokio::spawn(deploy(clients.clone(), deployments));
        Self { readers, planting, deploying }
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
        self.planting.abort();
        self.deploying.abort();
        Ok(())
    }
}

/// Puts records that no version can read on the queue of writes, each in the group of a chat.
async fn plant_records(clients: Clients, count: u32, length: Duration, random: Random) {
    for _ in 0..count {
        sleep(length.mul_f64(random.unit() / f64::from(count))).await;
        for _ in 0..ATTEMPTS {
            if clients.plant_record(&random) {
                break;
            }
            sleep(INTERVAL).await;
        }
    }
}

/// Deploys the next release of functions, each at its time since now.
async fn deploy(clients: Clients, deployments: Vec<(Duration, String)>) {
    let start = clients.region.clock.now();
    for (at, function) in deployments {
        clients.region.clock.sleep_until(start + at).await;
        clients.region.lambda.deploy(&function);
    }
}
