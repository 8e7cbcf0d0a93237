use clap::{Args, Parser, Subcommand};

use crate::{application, counters, dead_letters, follow, idempotency_keys, index};

/// Operates a deployment of Chatlog: shows its state and repairs it.
///
/// Credentials and region come from the same places as for the AWS CLI. On a local stack, set `AWS_ENDPOINT_URL`.
#[derive(Debug, Parser)]
#[command(name = "chatlog", version)]
pub(crate) struct Arguments {
    /// The name of the stack in CloudFormation
    #[arg(long, global = true, env = "CHATLOG_STACK_NAME", default_value = "chatlog")]
    pub(crate) stack: String,
    /// The region of the stack [default: that of the environment or the profile]
    #[arg(long, global = true)]
    pub(crate) region: Option<String>,
    /// The profile of the AWS configuration files
    #[arg(long, global = true)]
    pub(crate) profile: Option<String>,
    #[command(flatten)]
    pub(crate) output: Output,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct Output {
    /// Prints JSON instead of tables
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Shows queues, dead letters, throttles of the tables, and the index
    Status,
    /// Tenants' applications
    Application {
        #[command(subcommand)]
        command: application::Command,
    },
    /// The counters that number chats and messages: whether they are behind the rows, as after a restore of tables
    Counters {
        #[command(subcommand)]
        command: counters::Command,
    },
    /// Writes and sweeps that were accepted and could not be applied
    DeadLetters {
        #[command(subcommand)]
        command: dead_letters::Command,
    },
    /// Tells from the logs what happened to a message or a chat: accepted, stored, waiting or buried, and why
    Follow(follow::Options),
    /// The keys by which repeated requests are recognized
    IdempotencyKeys {
        #[command(subcommand)]
        command: idempotency_keys::Command,
    },
    /// The search index: its state, and how to rebuild it from the tables
    Index {
        #[command(subcommand)]
        command: index::Command,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPERATIONS: &str = include_str!("../../docs/operations.md");

    /// The commands of the document's shell blocks, without comments.
    fn documented() -> Vec<String> {
        let blocks = OPERATIONS.split("```sh").skip(1).filter_map(|rest| rest.split("```").next());
        let lines = blocks.flat_map(str::lines).map(str::trim).filter(|line| line.starts_with("chatlog "));
        lines.filter_map(|line| line.split('#').next()).map(|line| line.trim().to_owned()).collect()
    }

    #[test]
    fn the_documented_commands_are_understood() {
        let commands = documented();
        assert!(commands.len() > 20, "{commands:?}");
        for command in commands {
            let command = command
                .replace("APPLICATION CHAT MESSAGE", "AAAAAAAAAAAAAAAAAAAAAA 1 1")
                .replace(" ID", " AAAAAAAAAAAAAAAAAAAAAA")
                .replace(" drop N", " drop 1");
            let parsed = Arguments::try_parse_from(command.split_whitespace());
            assert!(parsed.is_ok(), "{command}: {}", parsed.unwrap_err());
        }
    }

    #[test]
    fn an_id_may_begin_with_a_hyphen() {
        for id in ["-hAAAAAAAAAAAAAAAAAAAAA", "-VAAAAAAAAAAAAAAAAAAAAA", "--AAAAAAAAAAAAAAAAAAAA"] {
            for command in
                ["follow ID 1 1 --json", "application show ID --stack s", "application delete ID --dry-run"]
            {
                let command = format!("chatlog {}", command.replace("ID", id));
                let parsed = Arguments::try_parse_from(command.split(' '));
                assert!(parsed.is_ok(), "{command}: {}", parsed.unwrap_err());
            }
        }
        let help = Arguments::try_parse_from(["chatlog", "follow", "--help"]).unwrap_err();
        assert_eq!(help.kind(), clap::error::ErrorKind::DisplayHelp);
    }
}
