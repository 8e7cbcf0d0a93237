//! A running stack: engines, functions and addresses. `up` and the tests bring up the very same thing.

use anyhow::{Context, Result};

use crate::addresses::Addresses;
use crate::checkout::Checkout;
use crate::ports::Ports;
use crate::prerequisites::{self, Prerequisites};
use crate::progress::step;
use crate::stack_home::{StackHome, write_json};
use crate::{
    cloudformation, deploy, functions, lock, ministack, opensearch, opensearch_jars, readiness, toolbox,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) logical_id: String,
    pub(crate) physical_id: String,
    pub(crate) log_group: String,
}

/// Sees that the machine has what it must, and the checkout the rest.
pub(crate) fn install_tools(checkout: &Checkout) -> Result<Prerequisites> {
    let machine = prerequisites::check()?;
    toolbox::install_python_tools(checkout, &machine.python)?;
    opensearch_jars::install(checkout, &machine.java)?;
    Ok(machine)
}

/// Starts what does not run, builds, deploys what has changed, and proves that every function answers.
pub(crate) fn raise(
    checkout: &Checkout,
    home: &StackHome,
    machine: &Prerequisites,
    ports: Ports,
) -> Result<Addresses> {
    // The engines start while the functions are built.
    opensearch::start(checkout, home, &machine.java, ports.opensearch)?;
    ministack::start(checkout, home, ports.aws)?;
    {
        let _lock = lock::acquire(&checkout.locks().join("build"), "another build and deployment")?;
        step("building the functions", || functions::build(checkout))?;
        step("waiting for OpenSearch and MiniStack", || {
            ministack::wait_until_ready(home, ports.aws)?;
            opensearch::wait_until_ready(home, ports.opensearch)
        })?;
        step("deploying template.yaml", || deploy::deploy(checkout, home, ports))?;
    }
    let aws = ministack::endpoint(ports.aws);
    let (api, deployed) = find(&aws)?;
    let names = functions::names(checkout)?;
    step("waiting until every function answers", || readiness::prove(&api, &aws, &deployed, &names))?;
    let addresses =
        Addresses { api, aws, opensearch: opensearch::endpoint(ports.opensearch), admin_key: None };
    write_json(home.stack_file(), &addresses)?;
    Ok(addresses)
}

/// The deployed API's base URL and the functions, as CloudFormation knows them.
pub(crate) fn find(aws: &str) -> Result<(String, Vec<Function>)> {
    let resources = cloudformation::resources(aws, deploy::STACK)?;
    let of_kind =
        |kind: &'static str| resources.iter().filter(move |resource| resource.kind == kind).cloned();
    let api = of_kind("AWS::ApiGateway::RestApi").next().context("the stack has no REST API")?;
    let stage = of_kind("AWS::ApiGateway::Stage").next().context("the stack's REST API has no stage")?;
    let functions = of_kind("AWS::Lambda::Function")
        .map(|function| {
            let own_group = format!("{}Logs", function.logical_id);
            let log_group = of_kind("AWS::Logs::LogGroup")
                .find(|group| group.logical_id == own_group)
                .map_or_else(|| format!("/aws/lambda/{}", function.physical_id), |group| group.physical_id);
            Function { logical_id: function.logical_id, physical_id: function.physical_id, log_group }
        })
        .collect();
    let stage = stage.physical_id.rsplit(['/', '-', '|']).next().unwrap_or_default().to_owned();
    Ok((format!("{aws}/_aws/execute-api/{}/{stage}", api.physical_id), functions))
}

/// Ends the engines of a stack; tells whether one of them ran.
pub(crate) fn end(home: &StackHome) -> Result<bool> {
    if let Err(error) = std::fs::remove_file(home.stack_file())
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(error).context("cannot remove stack.json");
    }
    // MiniStack first: its functions still reach OpenSearch while they end.
    let ministack = ministack::stop(home);
    let opensearch = opensearch::stop(home);
    Ok(ministack? | opensearch?)
}
