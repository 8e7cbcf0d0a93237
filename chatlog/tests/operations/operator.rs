//! What the tests on a local stack share: the command as an operator runs it, and OpenSearch as it is.

use std::process::Output;

use serde_json::Value;
use test_stack::Stack;
use tokio::process::Command;

/// A command that finds this stack, and nothing else, as an operator's account. It ends with the test.
pub(crate) fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command
        .env("AWS_ENDPOINT_URL", Stack::of_tests().aws)
        .env("AWS_REGION", "us-east-1")
        .env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "test")
        .env("AWS_SECRET_ACCESS_KEY", "test")
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env_remove("AWS_PROFILE")
        .env_remove("AWS_SESSION_TOKEN")
        .kill_on_drop(true);
    command
}

/// Runs `chatlog` with arguments that are separated by single spaces.
pub(crate) async fn chatlog(arguments: &str) -> Output {
    command(env!("CARGO_BIN_EXE_chatlog")).args(arguments.split(' ')).output().await.unwrap()
}

/// Runs `chatlog` with `--json`. Returns its result.
pub(crate) async fn chatlog_json(arguments: &str) -> Value {
    let output = chatlog(&format!("{arguments} --json")).await;
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "chatlog {arguments}: {error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Runs `chatlog`, which fails. Returns what it says.
pub(crate) async fn chatlog_error(arguments: &str) -> String {
    let output = chatlog(arguments).await;
    assert!(!output.status.success(), "chatlog {arguments}: {}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8(output.stderr).unwrap()
}
