//! Running cargo from a program that cargo runs.

use std::process::Command;

use crate::checkout::Checkout;

/// Prefixes of what cargo tells a program about its own package. A build that saw them would differ from one that
/// the user starts.
const ABOUT_XTASK: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];

/// What cargo runs instead of rustc for the packages of this workspace. `.ci/run` sets it to Clippy's compiler.
const COMPILER: &str = "RUSTC_WORKSPACE_WRAPPER";
/// What every build of tests selects, so that cargo unifies the features of dependencies in one way and builds them once.
pub(crate) const TEST_SELECTION: &str = "--workspace --features simulation/planted-bugs";

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

/// Whether each build of this workspace is also a check by Clippy, with the options in `CLIPPY_ARGS`.
pub(crate) fn clippy_compiles() -> bool {
    std::env::var_os(COMPILER).is_some_and(|compiler| compiler == "clippy-driver")
}

/// Lets rustc compile the package that `command` builds: it is not of this workspace, or built in a release's way.
pub(crate) fn without_clippy(command: &mut Command) -> &mut Command {
    command.env_remove(COMPILER)
}
