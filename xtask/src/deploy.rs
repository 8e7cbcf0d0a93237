//! Deploying the built template to the local engine with SAM, when there is something to deploy.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::checkout::Checkout;
use crate::fingerprint::Fingerprint;
use crate::ports::Ports;
use crate::progress::wait_for;
use crate::stack_home::{StackHome, read_json, write_json};
use crate::{cloudformation, command, functions, ministack, opensearch};

pub(crate) const STACK: &str = "chatlog";
/// The stack that `sam deploy --resolve-s3` makes for its bucket.
const BUCKET_STACK: &str = "aws-sam-cli-managed-default";
const UNTIL_SETTLED: Duration = Duration::from_mins(1);

/// What was deployed last, kept to tell that nothing has changed.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Deployed {
    stack_id: String,
    fingerprint: String,
}

/// What a stack's status asks for.
#[derive(Debug, PartialEq, Eq)]
enum Standing {
    /// An update can be put on it; if it is what was deployed last, nothing has to be done.
    Whole,
    /// A failed update was taken back: another one can be put on it.
    TakenBack,
    /// Something is under way, or was when its `up` was interrupted.
    Moving,
    /// CloudFormation takes no update any more.
    Broken,
    Gone,
}

pub(crate) fn deploy(checkout: &Checkout, home: &StackHome, ports: Ports) -> Result<()> {
    let endpoint = ministack::endpoint(ports.aws);
    let parameters = [
        format!("Architecture={}", functions::architecture()?),
        "AdminKeySha256=open".to_owned(),
        // A half-deployed stack has to be deleted to be mended.
        "DeletionProtection=false".to_owned(),
        format!("OpenSearchEndpoint={}", opensearch::endpoint(ports.opensearch)),
    ];
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

/// Brings a stack into a state that can be deployed to: what is half done is finished, or deleted.
fn mend(endpoint: &str, name: &str) -> Result<Standing> {
    if now(endpoint, name)? == Standing::Moving {
        println!("  a deployment of {name} is still going on, or was interrupted: waiting for it");
        let settled = wait_for(
            "the deployment settles",
            UNTIL_SETTLED,
            || Ok(Some(now(endpoint, name)?).filter(|standing| *standing != Standing::Moving)),
            String::new,
        );
        if settled.is_err() {
            crate::interrupt::check()?;
        }
    }
    let standing = now(endpoint, name)?;
    if matches!(standing, Standing::Whole | Standing::TakenBack | Standing::Gone) {
        return Ok(standing);
    }
    println!(
        "  the stack {name} was left half deployed: deleting it, with what is in its tables, to deploy it anew"
    );
    cloudformation::delete(endpoint, name)?;
    wait_for(
        "the half-deployed stack is deleted",
        UNTIL_SETTLED,
        || Ok((now(endpoint, name)? == Standing::Gone).then_some(Standing::Gone)),
        || "`cargo xtask down --erase` starts anew.".to_owned(),
    )
}

fn now(endpoint: &str, name: &str) -> Result<Standing> {
    Ok(cloudformation::stack(endpoint, name)?.map_or(Standing::Gone, |stack| judge(&stack.status)))
}

fn judge(status: &str) -> Standing {
    match status {
        "DELETE_COMPLETE" => Standing::Gone,
        "UPDATE_ROLLBACK_COMPLETE" | "IMPORT_ROLLBACK_COMPLETE" => Standing::TakenBack,
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => Standing::Whole,
        // Made by a change set that was never carried out; nothing is in it, and it would wait for ever.
        "REVIEW_IN_PROGRESS" => Standing::Broken,
        moving if moving.ends_with("_IN_PROGRESS") => Standing::Moving,
        _ => Standing::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_asks_for_the_right_thing() {
        let cases = [
            ("CREATE_COMPLETE", Standing::Whole),
            ("UPDATE_COMPLETE", Standing::Whole),
            ("UPDATE_ROLLBACK_COMPLETE", Standing::TakenBack),
            ("DELETE_COMPLETE", Standing::Gone),
            ("CREATE_IN_PROGRESS", Standing::Moving),
            ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", Standing::Moving),
            ("DELETE_IN_PROGRESS", Standing::Moving),
            ("REVIEW_IN_PROGRESS", Standing::Broken),
            ("ROLLBACK_COMPLETE", Standing::Broken),
            ("ROLLBACK_FAILED", Standing::Broken),
            ("CREATE_FAILED", Standing::Broken),
            ("DELETE_FAILED", Standing::Broken),
            ("UPDATE_ROLLBACK_FAILED", Standing::Broken),
        ];
        for (status, expected) in cases {
            assert_eq!(judge(status), expected, "{status}");
        }
    }
}
