//! The engine that has the AWS APIs of a stack, on one port of loopback. It runs the deployed functions as processes.

use anyhow::Result;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use super::{Engine, localstack, ministack};
use crate::checkout::Checkout;
use crate::stack_folder::StackFolder;
use crate::tools::Prerequisites;

/// How the engines differ: docs/engines.md.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, ValueEnum, Serialize, Deserialize)]
#[value(rename_all = "lower")]
#[serde(rename_all = "lowercase")]
pub(crate) enum AwsEngine {
    /// The fastest, and the only one that keeps its data
    #[default]
    MiniStack,
    /// LocalStack, with Amazon's DynamoDB Local; needs Python 3.13
    LocalStack,
    /// A fork of LocalStack that enforces the roles of the functions; needs Python 3.13
    LocalEmu,
}

impl AwsEngine {
    pub(crate) const ALL: [Self; 3] = [Self::MiniStack, Self::LocalStack, Self::LocalEmu];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::MiniStack => "MiniStack",
            Self::LocalStack => localstack::LOCAL_STACK.name,
            Self::LocalEmu => localstack::LOCAL_EMU.name,
        }
    }

    /// The name on the command line, in paths and in `stack.json`.
    pub(crate) fn id(self) -> String {
        self.name().to_lowercase()
    }

    /// Whether it can save its data when it ends.
    pub(crate) fn can_keep_data(self) -> bool {
        self == Self::MiniStack
    }

    /// Whether it applies a changed template to a stack that it has.
    pub(crate) fn can_update_stacks(self) -> bool {
        self == Self::MiniStack
    }

    /// Starts the engine unless it runs with the same setup; does not wait until it is ready.
    pub(crate) fn start(
        self,
        checkout: &Checkout,
        folder: &StackFolder,
        machine: &Prerequisites,
        port: u16,
    ) -> Result<()> {
        match self {
            Self::MiniStack => ministack::start(checkout, folder, port),
            Self::LocalStack => localstack::LOCAL_STACK.start(checkout, folder, machine, port),
            Self::LocalEmu => localstack::LOCAL_EMU.start(checkout, folder, machine, port),
        }
    }

    pub(crate) fn wait_until_ready(self, folder: &StackFolder, port: u16) -> Result<()> {
        match self {
            Self::MiniStack => ministack::wait_until_ready(folder, port),
            Self::LocalStack => localstack::LOCAL_STACK.wait_until_ready(folder, port),
            Self::LocalEmu => localstack::LOCAL_EMU.wait_until_ready(folder, port),
        }
    }

    pub(crate) fn process(self, folder: &StackFolder) -> Engine {
        match self {
            Self::MiniStack => ministack::engine(folder),
            Self::LocalStack => localstack::LOCAL_STACK.engine(folder),
            Self::LocalEmu => localstack::LOCAL_EMU.engine(folder),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_engine_has_one_name_everywhere() {
        for engine in AwsEngine::ALL {
            let on_command_line = engine.to_possible_value().unwrap().get_name().to_owned();
            let in_json = serde_json::to_value(engine).unwrap();
            assert_eq!((on_command_line, in_json.as_str()), (engine.id(), Some(&*engine.id())));
        }
    }
}
