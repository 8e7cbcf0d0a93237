//! The AWS APIs: MiniStack on one port of loopback, which runs the deployed functions as processes.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::engine::{self, Standing};
use crate::fingerprint::Fingerprint;
use crate::progress::{tail, wait_for};
use crate::stack_home::StackHome;
use crate::{http, ports};

pub(crate) const NAME: &str = "ministack";
const LAUNCHER: &str = "launch_ministack.py";
const UNTIL_READY: Duration = Duration::from_mins(1);
/// It writes all its data when it is told to end, and only then.
const UNTIL_ENDED: Duration = Duration::from_mins(1);

/// What every client of the engine is given instead of real credentials, and what keeps it from looking for those.
pub(crate) const CLIENT_ENVIRONMENT: [(&str, &str); 7] = [
    ("AWS_ACCESS_KEY_ID", "test"),
    ("AWS_SECRET_ACCESS_KEY", "test"),
    ("AWS_DEFAULT_REGION", "us-east-1"),
    ("AWS_REGION", "us-east-1"),
    ("AWS_EC2_METADATA_DISABLED", "true"),
    ("AWS_CONFIG_FILE", "/dev/null"),
    ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
];

pub(crate) fn endpoint(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Starts the engine unless it runs already with the same setup; does not wait for it.
pub(crate) fn start(checkout: &Checkout, home: &StackHome, port: u16) -> Result<()> {
    let python = checkout.tools().join("engine/bin/python");
    let launcher = checkout.infra(LAUNCHER);
    let setup = Fingerprint::default()
        .file(&launcher)?
        .file(&checkout.infra("engine.txt"))?
        .text(&port.to_string())
        .finish();
    let record = home.record(NAME);
    if engine::runs_already(&record, &setup, || stop(home).map(drop))? {
        return Ok(());
    }
    ports::require_free(port, "MiniStack", "--port")?;
    let data = home.data(NAME);
    let temporary = data.join("tmp");
    std::fs::create_dir_all(&temporary).with_context(|| format!("cannot create {}", temporary.display()))?;
    // The functions inherit this environment, so it is made from nothing.
    let mut engine = Command::new(python);
    engine
        .arg(launcher)
        .current_dir(&data)
        .env_clear()
        .envs(CLIENT_ENVIRONMENT)
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", &data)
        .env("LANG", "C.UTF-8")
        .env("TMPDIR", temporary)
        .env("BIND_HOST", "127.0.0.1")
        .env("GATEWAY_PORT", port.to_string())
        .env("AWS_ENDPOINT_URL", endpoint(port))
        .env("LAMBDA_ACCOUNT_CONCURRENCY", "1000")
        .env("LOG_LEVEL", "WARNING")
        // Two more listeners that nothing here needs.
        .env("SFTP_ENABLED", "0")
        .env("IOT_MTLS_ENABLED", "0");
    if home.keeps_data {
        engine
            .envs([("PERSIST_STATE", "1"), ("S3_PERSIST", "1")])
            .env("STATE_DIR", data.join("state"))
            .env("S3_DATA_DIR", data.join("s3"));
    }
    engine::start(&mut engine, &setup, &record, &home.log(NAME))?;
    Ok(())
}

pub(crate) fn wait_until_ready(home: &StackHome, port: u16) -> Result<()> {
    let ready = format!("{}/_ministack/ready", endpoint(port));
    wait_for(
        "MiniStack answers",
        UNTIL_READY,
        || {
            let record = engine::recorded(&home.record(NAME));
            if record.is_none_or(|record| engine::standing(&record) != Standing::Running) {
                bail!("MiniStack ended before it was ready.\n{}", tail(&home.log(NAME)));
            }
            Ok(http::get(&ready).is_ok_and(|reply| reply.status == 200).then_some(()))
        },
        || tail(&home.log(NAME)),
    )
}

pub(crate) fn stop(home: &StackHome) -> Result<bool> {
    engine::stop(&home.record(NAME), UNTIL_ENDED)
}
