//! The folder of one stack: its engines' records, data and logs. `up` has one; each test run has a fresh one.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use anyhow::Result;
use fs_err as fs;

use crate::checkout::Checkout;
use crate::deployment::build::Programs;
use crate::engine::aws_engine::AwsEngine;

/// What is off by default, and the tests need.
const TEST_PARAMETERS: &[&str] = &["CorsAllowedOrigin=https://app.example.org", "BatchLogLevel=INFO"];

#[derive(Debug, Clone)]
pub(crate) struct StackFolder {
    pub(crate) engine: AwsEngine,
    pub(crate) path: PathBuf,
    /// `stack.json`, which exists while the stack is up.
    pub(crate) stack_file: PathBuf,
    pub(crate) programs: Programs,
    /// Whether the engines save their data when they end.
    pub(crate) keeps_data: bool,
    /// Whether the operator's routes need no admin key.
    pub(crate) is_open: bool,
    /// Template parameters of this stack alone, as `Name=value`.
    pub(crate) parameters: &'static [&'static str],
}

impl StackFolder {
    pub(crate) fn of_up(checkout: &Checkout, engine: AwsEngine) -> Self {
        let local = checkout.local();
        let path = match engine {
            AwsEngine::MiniStack => local.join("stack"),
            other => local.join(format!("stack-{}", other.id())),
        };
        let stack_file = stack_file_of_up(checkout);
        Self {
            engine,
            path,
            stack_file,
            programs: Programs::Release,
            keeps_data: engine.can_keep_data(),
            is_open: true,
            parameters: &[],
        }
    }

    pub(crate) fn of_tests(path: PathBuf, engine: AwsEngine) -> Self {
        let stack_file = path.join("stack.json");
        Self {
            engine,
            path,
            stack_file,
            programs: Programs::Debug,
            keeps_data: false,
            is_open: false,
            parameters: TEST_PARAMETERS,
        }
    }

    /// Makes the folder, which only its owner may enter: the engines write the environments of the functions, with the signing
    /// key, into files that everyone may read.
    pub(crate) fn make(&self) -> Result<()> {
        fs::create_dir_all(&self.path)?;
        Ok(fs::set_permissions(&self.path, Permissions::from_mode(0o700))?)
    }

    /// The data of all engines.
    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// The record of the last deployment.
    pub(crate) fn deployed(&self) -> PathBuf {
        self.path.join("deployed.json")
    }

    /// The file of the stack's secrets, which are template parameters.
    pub(crate) fn secrets(&self) -> PathBuf {
        self.path.join("secrets.yaml")
    }

    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.path.join("logs").join(format!("{name}.log"))
    }
}

/// There is one for the stacks of `up` on all engines, since only one of them runs.
pub(crate) fn stack_file_of_up(checkout: &Checkout) -> PathBuf {
    checkout.local().join("stack.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_owner_may_enter_the_folder() {
        let parent = tempfile::tempdir().unwrap();
        let (new, old) = (parent.path().join("a/new"), parent.path().join("old"));
        fs::create_dir(&old).unwrap();
        fs::set_permissions(&old, Permissions::from_mode(0o755)).unwrap();
        for path in [new, old] {
            let folder = StackFolder::of_tests(path, AwsEngine::default());
            folder.make().unwrap();
            assert_eq!(fs::metadata(&folder.path).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }
}
