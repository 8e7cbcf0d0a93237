//! MiniStack.

use std::time::Duration;

use anyhow::Result;

use super::Engine;
use crate::checkout::Checkout;
use crate::machine::fingerprint::Fingerprint;
use crate::machine::http::{self, loopback};
use crate::stack_folder::StackFolder;
use crate::tools::aws::CLIENT_ENVIRONMENT;

const LAUNCHER: &str = "launch_ministack.py";
const READY_TIMEOUT: Duration = Duration::from_mins(1);
/// It saves its data only when it ends.
const STOP_TIMEOUT: Duration = Duration::from_mins(1);

/// Starts the engine unless it runs with the same setup; does not wait until it is ready.
pub(super) fn start(checkout: &Checkout, folder: &StackFolder, port: u16) -> Result<()> {
    let launcher = checkout.infra(LAUNCHER);
    let setup = Fingerprint::default()
        .file(&launcher)?
        .file(&checkout.infra("ministack.txt"))?
        .text(&port.to_string())
        .finish();
    let engine = engine(folder);
    if !engine.must_start(&setup, port, "--port")? {
        return Ok(());
    }
    let mut command = engine.command(checkout.tools().join("ministack/bin/python"))?;
    command
        .arg(launcher)
        // The functions inherit this environment.
        .envs(CLIENT_ENVIRONMENT)
        .env("AWS_ENDPOINT_URL", loopback(port))
        .env("GATEWAY_PORT", port.to_string())
        .envs([("BIND_HOST", "127.0.0.1"), ("LAMBDA_ACCOUNT_CONCURRENCY", "1000"), ("LOG_LEVEL", "WARNING")])
        // Two listeners that nothing here needs.
        .envs([("SFTP_ENABLED", "0"), ("IOT_MTLS_ENABLED", "0")]);
    if folder.keeps_data {
        command
            .envs([("PERSIST_STATE", "1"), ("S3_PERSIST", "1")])
            .env("STATE_DIR", engine.data.join("state"))
            .env("S3_DATA_DIR", engine.data.join("s3"));
    }
    engine.start(&mut command, &setup)
}

pub(super) fn wait_until_ready(folder: &StackFolder, port: u16) -> Result<()> {
    let ready = format!("{}/_ministack/ready", loopback(port));
    let is_ready = || http::send("GET", &ready, &[], "").is_ok_and(|reply| reply.status == 200);
    engine(folder).wait_until(port, READY_TIMEOUT, is_ready)
}

pub(super) fn engine(folder: &StackFolder) -> Engine {
    Engine::new(folder, "MiniStack", STOP_TIMEOUT)
}
