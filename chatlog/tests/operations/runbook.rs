//! docs/operations.md, whose commands the tests run as they are written.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::operator::command;

const RUNBOOK: &str = include_str!("../../../docs/operations.md");
/// The tests that run its sections.
const TESTS: [&str; 7] = [
    include_str!("applications.rs"),
    include_str!("counters.rs"),
    include_str!("dead_letters.rs"),
    include_str!("follow.rs"),
    include_str!("index.rs"),
    include_str!("parameters.rs"),
    include_str!("restore.rs"),
];
/// The AWS CLI 1 sends what is for SQS to AWS itself, whatever `AWS_ENDPOINT_URL` says, unless an option names the endpoint.
const EVERY_SERVICE_AT_THE_ENDPOINT: &str =
    "aws() { command aws --endpoint-url \"$AWS_ENDPOINT_URL\" \"$@\"; }\n";
/// Beginnings of lines that no local engine can run. An update of a stack on MiniStack is over too soon to be ended.
const NOT_EMULATED: [&str; 3] = [
    CANCEL_UPDATE,
    "aws opensearch describe-domain-health",
    "aws service-quotas request-service-quota-increase",
];
const CANCEL_UPDATE: &str = "aws cloudformation cancel-update-stack";
/// With what a command begins that the text shows within a sentence.
const PROGRAMS: [&str; 5] = [".ci/stack set ", "aws ", "chatlog ", "git ", "sam "];
/// The command of a sentence of which a test runs only the end: the beginning replaces the checkout by another release. The tier `upgrade` runs the
/// programs of one.
pub(crate) const STEP_BACK: &str = "git checkout ";

/// What the runbook says between two headings. Its commands must be run until none is left.
#[must_use]
#[derive(Debug)]
pub(crate) struct Section {
    heading: &'static str,
    blocks: Vec<Vec<String>>,
}

impl Section {
    pub(crate) fn of(heading: &'static str) -> Self {
        let blocks = sections().remove(heading);
        let blocks =
            blocks.unwrap_or_else(|| panic!("docs/operations.md has no section {heading:?} with commands"));
        Self { heading, blocks }
    }

    /// Runs the next block of commands, with a value for each placeholder. Returns what they print.
    pub(crate) async fn run_block(&mut self, values: &[(&str, &str)]) -> String {
        let block = self.blocks.remove(0);
        succeed(&block.join("\n"), values).await
    }

    /// Runs the block that contains this, before its turn, with a value for each placeholder. Returns what it prints.
    pub(crate) async fn run_block_with(&mut self, part: &str, values: &[(&str, &str)]) -> String {
        let place = self.blocks.iter().position(|block| block.iter().any(|line| line.contains(part)));
        let block =
            self.blocks.remove(place.unwrap_or_else(|| panic!("{}: no block has {part:?}", self.heading)));
        succeed(&block.join("\n"), values).await
    }

    /// Runs the one line that begins so. Returns what it prints.
    pub(crate) async fn run_line(&mut self, beginning: &str, values: &[(&str, &str)]) -> String {
        let line = self.take_line(beginning);
        succeed(&line, values).await
    }

    /// Runs the one line that begins so, and fails. Returns what it prints to the error stream.
    pub(crate) async fn fail_line(&mut self, beginning: &str, values: &[(&str, &str)]) -> String {
        let line = self.take_line(beginning);
        run(&line, values).await.unwrap_err()
    }

    fn take_line(&mut self, beginning: &str) -> String {
        let block = self.blocks.iter_mut().find(|block| block.iter().any(|line| line.starts_with(beginning)));
        let block = block.unwrap_or_else(|| panic!("{}: no line {beginning:?} is left", self.heading));
        let place = block.iter().position(|line| line.starts_with(beginning)).unwrap();
        let line = block.remove(place);
        self.blocks.retain(|block| !block.is_empty());
        line
    }
}

impl Drop for Section {
    fn drop(&mut self) {
        let is_done = self.blocks.is_empty() || std::thread::panicking();
        assert!(is_done, "not all commands of {:?} were run: {:?}", self.heading, self.blocks);
    }
}

/// Runs commands of the runbook, which must succeed. Returns what they print.
pub(crate) async fn succeed(commands: &str, values: &[(&str, &str)]) -> String {
    run(commands, values).await.unwrap_or_else(|error| panic!("{commands}\n{error}"))
}

/// Runs commands of the runbook, which must fail. Returns what they print.
pub(crate) async fn fail(commands: &str) -> String {
    run(commands, &[]).await.unwrap_err()
}

/// Runs commands as an operator of this stack does. Returns what they print: to the error stream if one of them fails.
async fn run(commands: &str, values: &[(&str, &str)]) -> Result<String, String> {
    let emulated = |line: &&str| !NOT_EMULATED.iter().any(|beginning| line.starts_with(beginning));
    let commands: Vec<&str> = commands.lines().filter(emulated).collect();
    let mut script = commands.join("\n").replace("eu-central-1", "us-east-1");
    script.insert_str(0, EVERY_SERVICE_AT_THE_ENDPOINT);
    for (placeholder, value) in values {
        assert!(script.contains(placeholder), "{placeholder} is not in:\n{script}");
        script = script.replace(placeholder, value);
    }
    let chatlog = Path::new(env!("CARGO_BIN_EXE_chatlog")).parent().unwrap().to_owned();
    let tools = std::env::var_os("AWS_TOOLS")
        .unwrap_or_else(|| panic!("run this test by `cargo xtask test operations`"));
    let inherited = std::env::var_os("PATH").unwrap();
    let folders: Vec<PathBuf> = std::iter::once(chatlog)
        .chain(std::env::split_paths(&tools))
        .chain(std::env::split_paths(&inherited))
        .collect();
    let output = command("timeout")
        .args(["300", "bash", "-euo", "pipefail", "-c", &script])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .env("PATH", std::env::join_paths(folders).unwrap())
        .env("SAM_CLI_TELEMETRY", "0")
        .output()
        .await
        .unwrap();
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() {
        Ok(stdout.into())
    } else {
        Err(format!("{}\n{stdout}\n{stderr}", output.status))
    }
}

/// The lines of each block of commands, by the heading above.
fn sections() -> BTreeMap<&'static str, Vec<Vec<String>>> {
    let mut sections: BTreeMap<&str, Vec<Vec<String>>> = BTreeMap::new();
    let mut heading = "";
    let mut lines = RUNBOOK.lines();
    while let Some(line) = lines.next() {
        let text = line.trim_start();
        if text == "```sh" {
            let indentation = line.len() - text.len();
            let block = lines.by_ref().take_while(|line| line.trim_start() != "```");
            let block = block.map(|line| line.get(indentation..).unwrap_or_default().to_owned());
            sections.entry(heading).or_default().push(block.collect());
        } else if line.starts_with('#') {
            heading = line.trim_start_matches(['#', ' ']);
        }
    }
    sections
}

/// The commands within sentences, each in one line.
pub(crate) fn commands_of_sentences() -> Vec<String> {
    let mut commands = Vec::new();
    for (index, text) in RUNBOOK.split("```").enumerate() {
        let is_block = index % 2 == 1;
        if !is_block {
            let spans = text.split('`').skip(1).step_by(2);
            let spans = spans.map(|span| span.split_whitespace().collect::<Vec<_>>().join(" "));
            commands.extend(spans.filter(|span| PROGRAMS.iter().any(|program| span.starts_with(program))));
        }
    }
    commands
}

#[test]
fn a_test_runs_each_section() {
    for heading in sections().keys() {
        let call = format!("Section::of(\"{heading}\")");
        assert!(TESTS.iter().any(|test| test.contains(&call)), "no test has {call}");
    }
}

/// They are a part of a block, `parameters.rs` runs them, or no engine can.
#[test]
fn a_test_runs_each_command_of_a_sentence() {
    let blocks: Vec<String> = sections().into_values().flatten().flatten().collect();
    for command in commands_of_sentences() {
        let is_run = [".ci/stack set ", "sam logs ", STEP_BACK, CANCEL_UPDATE]
            .iter()
            .any(|beginning| command.starts_with(beginning))
            || blocks.iter().any(|line| line.trim_start().starts_with(&command));
        assert!(is_run, "no test runs `{command}`");
    }
}
