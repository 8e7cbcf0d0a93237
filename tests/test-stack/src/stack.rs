use std::path::PathBuf;

use aws_types::SdkConfig;
use function_environment::{Environment, Variables};
use serde::Deserialize;

use crate::engines;

/// The name of the stack in `CloudFormation`.
const NAME: &str = "chatlog";

/// The URLs and secrets of a local stack.
#[derive(Debug, Clone, Deserialize)]
pub struct Stack {
    /// The base URL of the API.
    pub api: String,
    /// The engine that has the AWS APIs, such as `ministack`: a column of docs/engines.md.
    pub engine: String,
    /// Its endpoint.
    pub aws: String,
    pub opensearch: String,
    /// The operator's key; `None` if the operator's routes are open.
    pub admin_key: Option<String>,
    secrets: PathBuf,
}

/// The content of the file of secrets.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Secrets {
    token_signing_keys: String,
}

impl Stack {
    /// The stack that the file named by `CHATLOG_STACK` describes. `cargo xtask test` sets the variable.
    pub fn of_tests() -> Self {
        let read = || {
            let path = std::env::var("CHATLOG_STACK").ok()?;
            serde_json::from_str(&std::fs::read_to_string(path).ok()?).ok()
        };
        read().unwrap_or_else(|| {
            panic!("no stack to test against: run these tests by `cargo xtask test contracts end-to-end`")
        })
    }

    /// The key that signs the tokens of this stack, as 64 hexadecimal digits.
    pub fn signing_key(&self) -> String {
        let secrets: Secrets = serde_json::from_slice(&std::fs::read(&self.secrets).unwrap()).unwrap();
        secrets.token_signing_keys
    }

    /// Whether the engine lacks a behaviour of AWS, as its row in docs/engines.md says: a test of it cannot pass then.
    pub fn lacks(&self, behaviour: &str) -> bool {
        let cell = engines::cell(behaviour, &self.engine);
        let lacks = cell == "no" || cell.starts_with("no:");
        if lacks {
            println!("not run on {}, see docs/engines.md: {behaviour}: {cell}", self.engine);
        }
        lacks
    }

    /// The id of the API, and the name of its stage.
    pub fn api_and_stage(&self) -> (&str, &str) {
        let mut parts = self.api.rsplit('/');
        let (stage, api) = (parts.next().unwrap(), parts.next().unwrap());
        (api, stage)
    }

    /// The URL of the index of messages.
    pub fn index(&self) -> String {
        format!("{}/{NAME}-messages", self.opensearch)
    }

    /// The SDK configuration of a function in this stack.
    pub fn sdk_config(&self) -> SdkConfig {
        sdk_config(&self.aws)
    }
}

/// The SDK configuration of a function that reaches AWS at `endpoint`.
pub fn sdk_config(endpoint: &str) -> SdkConfig {
    let variables = [
        ("AWS_REGION", "us-east-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", endpoint),
        // As the functions of the local stack: the engine may take seconds.
        ("CALL_TIMEOUT_SECONDS", "15"),
    ];
    Environment::new(Variables::from_iter(variables)).unwrap().sdk
}
