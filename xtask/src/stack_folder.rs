//! The folder of one stack: its engines' records, data and logs. `up` has one; each test run has a fresh one.

use std::path::PathBuf;

use crate::checkout::Checkout;

/// What is off by default, and the tests need.
const TEST_PARAMETERS: &[&str] = &["CorsAllowedOrigin=https://app.example.org"];

#[derive(Debug, Clone)]
pub(crate) struct StackFolder {
    pub(crate) path: PathBuf,
    /// `stack.json`, which exists while the stack is up.
    pub(crate) stack_file: PathBuf,
    /// Whether the engines save their data when they end.
    pub(crate) keeps_data: bool,
    /// Template parameters of this stack alone, as `Name=value`.
    pub(crate) parameters: &'static [&'static str],
}

impl StackFolder {
    pub(crate) fn of_up(checkout: &Checkout) -> Self {
        let local = checkout.local();
        let (path, stack_file) = (local.join("stack"), local.join("stack.json"));
        Self { path, stack_file, keeps_data: true, parameters: &[] }
    }

    pub(crate) fn of_tests(path: PathBuf) -> Self {
        let stack_file = path.join("stack.json");
        Self { path, stack_file, keeps_data: false, parameters: TEST_PARAMETERS }
    }

    /// The data of all engines.
    pub(crate) fn data(&self) -> PathBuf {
        self.path.join("data")
    }

    /// The file of the stack's secrets, which are template parameters.
    pub(crate) fn secrets(&self) -> PathBuf {
        self.path.join("secrets.yaml")
    }

    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.path.join("logs").join(format!("{name}.log"))
    }
}
