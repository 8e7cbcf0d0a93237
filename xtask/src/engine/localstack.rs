//! LocalStack and LocalEmu, its fork: one program under two names, so that they are started alike.

use std::time::Duration;

use anyhow::Result;
use fs_err as fs;

use super::Engine;
use crate::checkout::Checkout;
use crate::machine::fingerprint::Fingerprint;
use crate::machine::http::{self, loopback};
use crate::stack_folder::StackFolder;
use crate::tools::aws::CLIENT_ENVIRONMENT;
use crate::tools::{Prerequisites, jars, loopback_library};

pub(crate) const LOCAL_STACK: Distribution =
    Distribution { name: "LocalStack", id: "localstack", launcher: "launch_localstack.py" };
pub(crate) const LOCAL_EMU: Distribution =
    Distribution { name: "LocalEmu", id: "localemu", launcher: "launch_localemu.py" };

const SETTINGS: [(&str, &str); 15] = [
    // Otherwise it takes a virtual machine for its own container.
    ("OVERRIDE_IN_DOCKER", "0"),
    // Nothing is sent or downloaded.
    ("DISABLE_EVENTS", "1"),
    ("SKIP_SSL_CERT_DOWNLOAD", "1"),
    ("DNS_ADDRESS", "0"),
    // Otherwise the addresses of queues have a host name that does not resolve.
    ("SQS_ENDPOINT_STRATEGY", "path"),
    ("LAMBDA_KEEPALIVE_MS", "600000"),
    // Longer than the launcher waits for a process, whose error says more.
    ("LAMBDA_RUNTIME_ENVIRONMENT_TIMEOUT", "60"),
    // Otherwise CloudFormation sleeps for a second after five looks at a resource in creation.
    ("CFN_NO_WAIT_ITERATIONS", "100"),
    // The launcher makes it poll for two seconds each time. Without any pause, polling would end.
    ("LAMBDA_EVENT_SOURCE_MAPPING_POLL_INTERVAL_SEC", "0.001"),
    ("LAMBDA_EVENT_SOURCE_MAPPING_MAX_BACKOFF_ON_EMPTY_POLL_SEC", "0.001"),
    // Each would be a call of the engine to itself; the launcher does the same for Lambda.
    ("SQS_DISABLE_CLOUDWATCH_METRICS", "1"),
    ("DYNAMODB_IN_MEMORY", "1"),
    ("LS_LOG", "warning"),
    // Of LocalEmu: a function may call what its role allows, and the access key of all other clients may call everything.
    ("IAM_ENFORCEMENT", "1"),
    ("ROOT_ACCESS_KEYS", "test"),
];

/// What both launchers import.
const LAUNCHER_PACKAGE: &str = "localstack_family";
const READY_TIMEOUT: Duration = Duration::from_mins(2);
/// It is ended together with its children, and killed two seconds later: it has no data to save, and would leave DynamoDB Local behind.
const STOP_TIMEOUT: Duration = Duration::ZERO;

#[derive(Debug)]
pub(crate) struct Distribution {
    pub(crate) name: &'static str,
    /// The name of the Python package and of its environment.
    id: &'static str,
    launcher: &'static str,
}

impl Distribution {
    pub(super) fn start(
        &self,
        checkout: &Checkout,
        folder: &StackFolder,
        machine: &Prerequisites,
        port: u16,
    ) -> Result<()> {
        let launcher = checkout.infra(self.launcher);
        let mut setup = Fingerprint::default()
            .file(&launcher)?
            .file(&checkout.infra(&format!("{}.txt", self.id)))?
            .file(&checkout.infra("loopback.c"))?
            .text(&format!("{} {port}", machine.java.display()));
        for module in fs::read_dir(checkout.infra(LAUNCHER_PACKAGE))? {
            let path = module?.path();
            if path.extension().is_some_and(|extension| extension == "py") {
                setup = setup.file(&path)?;
            }
        }
        let setup = setup.finish();
        let engine = self.engine(folder);
        if !engine.must_start(&setup, port, "--port")? {
            return Ok(());
        }
        let files = engine.data.join("files");
        fs::create_dir_all(&files)?;
        let address = format!("127.0.0.1:{port}");
        let mut command = engine.command(checkout.tools().join(self.id).join("bin/python"))?;
        command
            .arg(launcher)
            // Unlike MiniStack, it builds the environment of the functions itself.
            .envs(CLIENT_ENVIRONMENT)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("GATEWAY_LISTEN", &address)
            .env(format!("{}_HOST", self.id.to_uppercase()), &address)
            .env("FILESYSTEM_ROOT", files)
            .env("LD_PRELOAD", loopback_library::path(checkout))
            .env("DYNAMODB_LOCAL_JARS", jars::DYNAMODB_LOCAL.folder(checkout))
            .envs(machine.java.ancestors().nth(2).map(|home| ("JAVA_HOME", home)))
            .envs(SETTINGS);
        engine.start(&mut command, &setup)
    }

    pub(super) fn wait_until_ready(&self, folder: &StackFolder, port: u16) -> Result<()> {
        let health = format!("{}/_{}/health", loopback(port), self.id);
        let is_ready = || http::send("GET", &health, &[], "").is_ok_and(|reply| reply.status == 200);
        self.engine(folder).wait_until(port, READY_TIMEOUT, is_ready)
    }

    pub(super) fn engine(&self, folder: &StackFolder) -> Engine {
        Engine::new(folder, self.name, STOP_TIMEOUT)
    }
}
