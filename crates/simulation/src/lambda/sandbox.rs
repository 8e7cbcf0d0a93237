use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result};
use aws_types::region::Region;
use deployment_template::Template;
use function_environment::Environment;
use simulated_aws::Addresses;

use super::function::FunctionName;
use super::program::{Program, program};
use super::release::{NextConsumer, Release};
use crate::clock::Clock;
use crate::network::{Connections, Network};
use crate::services::index::Index;

/// A running program, with its connections. It serves one invocation at a time.
#[derive(Clone)]
pub(super) struct Sandbox {
    pub(super) program: Program,
    pub(super) connections: Arc<Connections>,
}

/// Numbers the sandboxes of this process. The SDK keeps the retry quota of a client under the name of its region, for the
/// whole process; on Lambda, each sandbox is a process. So each sandbox has a region name of its own.
static LAST_SANDBOX: AtomicU64 = AtomicU64::new(0);

/// Starts sandboxes.
#[derive(Debug)]
pub(crate) struct Sandboxes {
    network: Network,
    environments: BTreeMap<FunctionName, Environment>,
    index: Index,
}

impl Sandboxes {
    pub(crate) fn new(template: &Template, network: Network, index: Index, clock: Clock) -> Result<Self> {
        let addresses = Addresses {
            aws: "https://aws.example.org".to_owned(),
            opensearch: "https://opensearch.example.org".to_owned(),
        };
        let mut environments = BTreeMap::new();
        for function in &template.functions {
            let name = &function.name;
            let variables = addresses.variables(template, name)?.into_iter().collect();
            let mut environment = Environment::new(variables)?;
            environment.sdk = environment.sdk.to_builder().time_source(clock).build();
            environments.insert(FunctionName::new(name), environment);
        }
        Ok(Self { network, environments, index })
    }

    /// Starts a function in a new sandbox.
    pub(super) fn start(&self, name: &FunctionName, release: Release) -> Result<Sandbox> {
        let mut environment = self.environments.get(name).context("no such function")?.clone();
        let number = LAST_SANDBOX.fetch_add(1, Ordering::Relaxed);
        let region = Region::new(format!("sandbox-{number}"));
        let connections = Arc::new(Connections::default());
        let client = self.network.client(name, release, Arc::clone(&connections));
        let index = self.index.over(Arc::clone(&connections));
        environment.sdk = environment.sdk.to_builder().region(region).http_client(client).build();
        let program = match (release, program(name.as_str(), &environment, &index)?) {
            (Release::Next, Program::Consumer(consumer)) => {
                Program::Consumer(Arc::new(NextConsumer(consumer)))
            }
            (_, program) => program,
        };
        Ok(Sandbox { program, connections })
    }
}
