//! A running stack: engines, functions and their addresses. `up` and the tests start the same one.

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::checkout::Checkout;
use crate::deployment::{build, deploy, read_template, readiness};
use crate::engine::ports::Ports;
use crate::engine::{ministack, opensearch};
use crate::machine::http::loopback;
use crate::machine::progress::step;
use crate::machine::{json_file, lock};
use crate::secrets;
use crate::stack_folder::StackFolder;
use crate::tools::Prerequisites;

/// The content of `stack.json`, by which other programs find a running stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Addresses {
    /// The base URL of the API, without a trailing slash.
    pub(crate) api: String,
    /// The endpoint of the AWS APIs.
    pub(crate) aws: String,
    pub(crate) opensearch: String,
    /// The operator's key, which is nowhere else; `null` if the operator's routes are open.
    pub(crate) admin_key: Option<String>,
    /// The file of the stack's secrets.
    pub(crate) secrets: PathBuf,
}

impl Addresses {
    pub(crate) fn read(folder: &StackFolder) -> Result<Self> {
        json_file::read(&folder.stack_file).context("Chatlog is not up: `cargo xtask up` starts it")
    }
}

/// Starts the engines that do not run, builds, deploys what has changed, and waits until every function answers.
pub(crate) fn start(
    checkout: &Checkout,
    folder: &StackFolder,
    machine: &Prerequisites,
    ports: Ports,
) -> Result<Addresses> {
    let template = read_template(checkout)?;
    folder.make()?;
    let admin_key = secrets::make(folder)?;
    // The engines start while the functions are built.
    opensearch::start(checkout, folder, &machine.java, ports.opensearch)?;
    ministack::start(checkout, folder, ports.aws)?;
    let build_lock = lock::acquire(&checkout.lock("build"), "another build and deployment")?;
    step("building the functions", || build::build(checkout, &template))?;
    step("waiting for OpenSearch and MiniStack", || {
        ministack::wait_until_ready(folder, ports.aws)?;
        opensearch::wait_until_ready(folder, ports.opensearch)
    })?;
    let api = step("deploying template.yaml", || deploy::deploy(checkout, folder, &template, ports))?;
    drop(build_lock);
    let addresses = Addresses {
        api,
        aws: loopback(ports.aws),
        opensearch: loopback(ports.opensearch),
        admin_key,
        secrets: folder.secrets(),
    };
    step("waiting until every function answers", || {
        readiness::wait_until_ready(&addresses.api, &addresses.aws, &template)
    })?;
    json_file::write(&folder.stack_file, &addresses)?;
    Ok(addresses)
}

/// Ends the engines of a stack. Returns whether one of them ran.
pub(crate) fn end(folder: &StackFolder) -> Result<bool> {
    if let Err(error) = fs_err::remove_file(&folder.stack_file)
        && error.kind() != std::io::ErrorKind::NotFound
    {
        return Err(error.into());
    }
    // MiniStack first: until its functions have ended, they use OpenSearch.
    let ministack = ministack::engine(folder).stop();
    let opensearch = opensearch::engine(folder).stop();
    Ok(ministack? | opensearch?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_stack_has_a_null_admin_key() {
        let addresses = Addresses {
            api: "a".into(),
            aws: "b".into(),
            opensearch: "c".into(),
            admin_key: None,
            secrets: "d".into(),
        };
        let json = serde_json::to_string(&addresses).unwrap();
        assert_eq!(json, r#"{"api":"a","aws":"b","opensearch":"c","admin_key":null,"secrets":"d"}"#);
    }
}
