//! A running stack: engines, functions and their addresses. `up` and the tests start the same one.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::checkout::Checkout;
use crate::deployment::{deploy, read_template, readiness};
use crate::engine::aws_engine::AwsEngine;
use crate::engine::opensearch;
use crate::engine::ports::Ports;
use crate::machine::http::loopback;
use crate::machine::progress::step;
use crate::machine::{json_file, lock};
use crate::secrets;
use crate::stack_folder::StackFolder;
use crate::tools::Prerequisites;

/// The content of `stack.json`, by which other programs find a running stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Addresses {
    #[serde(default)]
    pub(crate) engine: AwsEngine,
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
    pub(crate) fn read(stack_file: &Path) -> Result<Self> {
        json_file::read(stack_file).context("Chatlog is not up: `cargo xtask up` starts it")
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
    let engine = folder.engine;
    let start_engines = || {
        opensearch::start(checkout, folder, &machine.java, ports.opensearch)?;
        engine.start(checkout, folder, machine, ports.aws)
    };
    // The engines start while the functions are built.
    start_engines()?;
    let build_lock = lock::acquire(&checkout.lock("build"), "another build and deployment")?;
    let build = step("building the functions", || folder.programs.build(checkout, &template))?;
    if !engine.can_update_stacks() && deploy::is_outdated(folder, &template, &build, ports)? {
        println!("  {} cannot update a stack, so it starts anew; its data is lost", engine.name());
        end(folder)?;
        remove_remains(folder)?;
        start_engines()?;
    }
    step(&format!("waiting for OpenSearch and {}", engine.name()), || {
        engine.wait_until_ready(folder, ports.aws)?;
        opensearch::wait_until_ready(folder, ports.opensearch)
    })?;
    let api = step("deploying template.yaml", || deploy::deploy(checkout, folder, &template, &build, ports))?;
    drop(build_lock);
    let addresses = Addresses {
        engine,
        api,
        aws: loopback(ports.aws),
        opensearch: loopback(ports.opensearch),
        admin_key,
        secrets: folder.secrets(),
    };
    step("waiting until every function answers", || {
        readiness::wait_until_ready(&addresses.api, &addresses.aws, &template)
    })?;
    opensearch::engine(folder).require_loopback()?;
    engine.process(folder).require_loopback()?;
    json_file::write(&folder.stack_file, &addresses)?;
    Ok(addresses)
}

/// Ends the engines of a stack. Returns whether one of them ran.
pub(crate) fn end(folder: &StackFolder) -> Result<bool> {
    // It may be that of a stack on another engine.
    if Addresses::read(&folder.stack_file).is_ok_and(|addresses| addresses.engine == folder.engine) {
        fs_err::remove_file(&folder.stack_file)?;
    }
    // OpenSearch last: until the functions have ended, they use it.
    let aws = folder.engine.process(folder).stop();
    let opensearch = opensearch::engine(folder).stop();
    Ok(aws? | opensearch?)
}

/// Removes what is left of a stack whose engine lost its data when it ended, or when it was killed.
pub(crate) fn remove_remains(folder: &StackFolder) -> Result<()> {
    if folder.keeps_data || folder.engine.process(folder).is_running() {
        return Ok(());
    }
    end(folder)?;
    if folder.data().exists() {
        fs_err::remove_dir_all(folder.data())?;
    }
    json_file::remove(&folder.deployed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        Addresses {
            engine: AwsEngine::MiniStack,
            api: "a".into(),
            aws: "b".into(),
            opensearch: "c".into(),
            admin_key: None,
            secrets: "d".into(),
        }
    }

    #[test]
    fn an_open_stack_has_a_null_admin_key() {
        let json = serde_json::to_string(&addresses()).unwrap();
        assert_eq!(
            json,
            r#"{"engine":"ministack","api":"a","aws":"b","opensearch":"c","admin_key":null,"secrets":"d"}"#
        );
    }

    #[test]
    fn the_end_of_an_idle_stack_leaves_the_addresses_of_another_engine() {
        let folder = tempfile::tempdir().unwrap();
        let idle = StackFolder::of_tests(folder.path().to_owned(), AwsEngine::LocalStack);
        json_file::write(&idle.stack_file, &addresses()).unwrap();
        end(&idle).unwrap();
        assert_eq!(Addresses::read(&idle.stack_file).unwrap(), addresses());
        end(&StackFolder { engine: AwsEngine::MiniStack, ..idle.clone() }).unwrap();
        assert!(Addresses::read(&idle.stack_file).is_err());
    }
}
