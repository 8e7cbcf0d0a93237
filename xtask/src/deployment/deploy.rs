//! Deploys the built template to the local engine, if something has changed.

use std::path::Path;

use anyhow::{Context, Result, bail};
use deployment_template::Template;
use serde::{Deserialize, Serialize};

use super::build::{self, Build};
use super::cloudformation;
use super::stack_state::{StackState, repair};
use crate::checkout::Checkout;
use crate::engine::aws_api;
use crate::engine::ports::Ports;
use crate::machine::fingerprint::Fingerprint;
use crate::machine::http::loopback;
use crate::machine::{command, json_file};
use crate::stack_folder::StackFolder;
use crate::tools::aws;

pub(super) const STACK: &str = "chatlog";
/// Where SAM puts the programs. With `--resolve-s3`, it would make a stack for its bucket, and sleep while it waits for that.
const BUCKET: &str = "chatlog-programs";

/// The last deployment, to detect that nothing has changed.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Deployed {
    stack_id: String,
    fingerprint: String,
}

/// Returns the base URL of the API.
pub(crate) fn deploy(
    checkout: &Checkout,
    folder: &StackFolder,
    template: &Template,
    build: &Build,
    ports: Ports,
) -> Result<String> {
    let aws = loopback(ports.aws);
    let parameters = parameters(folder, ports)?;
    let secrets = folder.secrets();
    let fingerprint = fingerprint(template, build, &secrets, &parameters)?;
    let record = folder.deployed();
    if repair(&aws, STACK)? == StackState::Deployed
        && let Some(stack) = cloudformation::describe(&aws, STACK)?
        && json_file::read(&record)
            == Some(Deployed { stack_id: stack.id.clone(), fingerprint: fingerprint.clone() })
    {
        println!("  nothing has changed since the last deployment");
        return api_url(&aws, &stack);
    }
    let mut sam = aws::tool(
        checkout,
        "sam",
        // Not the settings of samconfig.toml, which has a bucket made.
        "deploy --config-env local --region us-east-1 --capabilities CAPABILITY_IAM --no-confirm-changeset \
         --no-fail-on-empty-changeset --no-progressbar",
    )?;
    make_bucket(&aws)?;
    sam.args(["--s3-bucket", BUCKET, "--stack-name", STACK, "--template-file"])
        .arg(build.template())
        .arg("--parameter-overrides")
        // Everyone on this machine may see a command line, so SAM reads secrets from a file. The template's NoEcho keeps
        // them out of its output.
        .arg(format!("file://{}", secrets.display()))
        .args(&parameters)
        .env("AWS_ENDPOINT_URL", &aws)
        .env("NO_PROXY", "127.0.0.1,localhost")
        .env("no_proxy", "127.0.0.1,localhost")
        .env("SAM_CLI_POLL_DELAY", "1");
    command::run_logged(&mut sam, &folder.log("deploy"))?;
    let stack =
        cloudformation::describe(&aws, STACK)?.context("SAM reports a deployment, but there is no stack")?;
    let api = api_url(&aws, &stack)?;
    json_file::write(&record, &Deployed { stack_id: stack.id, fingerprint })?;
    Ok(api)
}

fn make_bucket(aws: &str) -> Result<()> {
    let reply = aws_api::call("PUT", &format!("{aws}/{BUCKET}"), "s3", &[], "")?;
    // It may be there already.
    if ![200, 409].contains(&reply.status) {
        bail!("the engine cannot make the bucket {BUCKET}: {}", reply.body);
    }
    Ok(())
}

/// Whether something else is deployed than what is built.
pub(crate) fn is_outdated(
    folder: &StackFolder,
    template: &Template,
    build: &Build,
    ports: Ports,
) -> Result<bool> {
    let Some(deployed) = json_file::read::<Deployed>(&folder.deployed()) else { return Ok(false) };
    let parameters = parameters(folder, ports)?;
    Ok(deployed.fingerprint != fingerprint(template, build, &folder.secrets(), &parameters)?)
}

/// The template's parameters, as `Name=value`, without those in the file of secrets.
fn parameters(folder: &StackFolder, ports: Ports) -> Result<Vec<String>> {
    let mut parameters = vec![
        format!("Architecture={}", build::architecture()?),
        format!("OpenSearchEndpoint={}", loopback(ports.opensearch)),
        format!("AwsEndpointUrl={}", loopback(ports.aws)),
        // On a busy machine, the engine may take seconds for a call. AWS does not.
        "CallTimeoutSeconds=15".to_owned(),
        // The engine runs a process for each.
        "PersistConcurrency=2".to_owned(),
        // The template needs a domain name for the functions' policies. The engine does not enforce those.
        "OpenSearchDomainName=local".to_owned(),
    ];
    parameters.extend(folder.parameters.iter().map(|&parameter| parameter.to_owned()));
    Ok(parameters)
}

fn fingerprint(template: &Template, build: &Build, secrets: &Path, parameters: &[String]) -> Result<String> {
    let mut fingerprint = Fingerprint::default().file(&build.template())?.file(secrets)?;
    for function in &template.functions {
        fingerprint = fingerprint.file(&build.program(function))?;
    }
    Ok(parameters.iter().fold(fingerprint, |fingerprint, parameter| fingerprint.text(parameter)).finish())
}

/// The engine's URL of the API whose AWS URL is the stack's output: `https://<id>.execute-api.<region>.<domain>/<stage>`.
fn api_url(aws: &str, stack: &cloudformation::Stack) -> Result<String> {
    let url = stack.api_url.as_deref().context("the stack has no output ApiUrl")?;
    let (id, stage) = url
        .strip_prefix("https://")
        .and_then(|url| Some((url.split_once('.')?.0, url.split_once('/')?.1)))
        .with_context(|| format!("the stack's output ApiUrl is not the URL of an API: {url}"))?;
    Ok(format!("{aws}/_aws/execute-api/{id}/{stage}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::engine::aws_engine::AwsEngine;
    use crate::secrets;
    use cloudformation::Stack;

    fn stack(api_url: Option<&str>) -> Stack {
        Stack { id: String::new(), status: String::new(), api_url: api_url.map(ToOwned::to_owned) }
    }

    #[test]
    fn each_parameter_is_given_once() {
        let folder = tempfile::tempdir().unwrap();
        let tests = StackFolder::of_tests(folder.path().to_owned(), AwsEngine::default());
        let up = StackFolder { is_open: true, parameters: &[], ..tests.clone() };
        for folder in [tests, up] {
            secrets::make(&folder).unwrap();
            let secrets: serde_json::Value = json_file::read(&folder.secrets()).unwrap();
            let in_file = secrets.as_object().unwrap().keys().cloned();
            let parameters = parameters(&folder, Ports { aws: 1, opensearch: 2 }).unwrap();
            let on_command_line =
                parameters.iter().map(|parameter| parameter.split_once('=').unwrap().0.to_owned());
            let all: Vec<String> = in_file.chain(on_command_line).collect();
            assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len(), "{all:?}");
            assert!(all.contains(&"AdminKeySha256".to_owned()), "{all:?}");
        }
    }

    #[test]
    fn the_api_has_another_url_on_the_engine_than_on_aws() {
        let stack = stack(Some("https://541caee6.execute-api.us-east-1.amazonaws.com/v1"));
        assert_eq!(api_url("http://aws", &stack).unwrap(), "http://aws/_aws/execute-api/541caee6/v1");
    }

    #[test]
    fn a_stack_without_api_is_an_error() {
        assert!(api_url("http://aws", &stack(None)).is_err());
        assert!(api_url("http://aws", &stack(Some("541caee6"))).is_err());
    }
}
