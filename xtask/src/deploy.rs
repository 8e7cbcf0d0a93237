//! Deploying the built template to the local engine with SAM, when there is something to deploy.

use std::process::Command;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::checkout::Checkout;
use crate::fingerprint::Fingerprint;
use crate::half_deployed::{Standing, mend};
use crate::ports::Ports;
use crate::stack_home::{StackHome, read_json, write_json};
use crate::{cloudformation, command, functions, ministack, opensearch};

pub(crate) const STACK: &str = "chatlog";
/// The stack that `sam deploy --resolve-s3` makes for its bucket.
const BUCKET_STACK: &str = "aws-sam-cli-managed-default";

/// What was deployed last, kept to tell that nothing has changed.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Deployed {
    stack_id: String,
    fingerprint: String,
}

pub(crate) fn deploy(checkout: &Checkout, home: &StackHome, ports: Ports) -> Result<()> {
    let endpoint = ministack::endpoint(ports.aws);
    let mut parameters = vec![
        format!("Architecture={}", functions::architecture()?),
        "AdminKeySha256=open".to_owned(),
        // A half-deployed stack has to be deleted to be mended.
        "DeletionProtection=false".to_owned(),
        format!("OpenSearchEndpoint={}", opensearch::endpoint(ports.opensearch)),
        // The template wants one for the functions' policies, which the engine does not enforce.
        "OpenSearchDomainName=local".to_owned(),
    ];
    parameters.extend(home.parameters.iter().map(|&parameter| parameter.to_owned()));
    let fingerprint = fingerprint(checkout, &parameters)?;
    mend(&endpoint, BUCKET_STACK)?;
    if mend(&endpoint, STACK)? == Standing::Whole
        && let Some(stack) = cloudformation::stack(&endpoint, STACK)?
        && read_json(&home.deployed())
            == Some(Deployed { stack_id: stack.id, fingerprint: fingerprint.clone() })
    {
        println!("  nothing has changed since the last deployment");
        return Ok(());
    }
    let mut sam = Command::new(checkout.tool("sam"));
    sam.current_dir(&checkout.root)
        .args(["deploy", "--stack-name", STACK, "--resolve-s3", "--region", "us-east-1"])
        .arg("--template-file")
        .arg(checkout.built_template())
        .args(["--capabilities", "CAPABILITY_IAM"])
        .args(["--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar"])
        .arg("--parameter-overrides")
        .args(&parameters)
        .envs(ministack::CLIENT_ENVIRONMENT)
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_SESSION_TOKEN")
        .env("AWS_ENDPOINT_URL", &endpoint)
        .env("NO_PROXY", "127.0.0.1,localhost")
        .env("no_proxy", "127.0.0.1,localhost")
        .env("SAM_CLI_POLL_DELAY", "1")
        .env("SAM_CLI_TELEMETRY", "0");
    command::quietly(&mut sam, &home.log("deploy"))?;
    let stack = cloudformation::stack(&endpoint, STACK)?
        .context("SAM says it has deployed, and there is no stack")?;
    write_json(&home.deployed(), &Deployed { stack_id: stack.id, fingerprint })
}

fn fingerprint(checkout: &Checkout, parameters: &[String]) -> Result<String> {
    let mut made = Fingerprint::default().file(&checkout.built_template())?;
    for name in functions::names(checkout)? {
        made = made.file(&checkout.build().join(functions::logical_id(&name)).join("bootstrap"))?;
    }
    Ok(parameters.iter().fold(made, |made, parameter| made.text(parameter)).finish())
}
