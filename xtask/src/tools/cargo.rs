//! Running cargo from a program that cargo runs.

use std::process::Command;

use crate::checkout::Checkout;

/// Prefixes of what cargo tells a program about its own package. A build that saw them would differ from one that
/// the user starts.
const ABOUT_XTASK: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];

/// A command that runs cargo in the checkout. `arguments` are separated by single spaces.
pub(crate) fn cargo(checkout: &Checkout, arguments: &str) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments.split(' ')).current_dir(&checkout.root);
    remove_own_variables(&mut command);
    command
}

pub(crate) fn remove_own_variables(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if ABOUT_XTASK.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
}
