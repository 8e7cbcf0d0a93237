//! Cargo, called from a program that cargo runs.

use std::process::Command;

use crate::checkout::Checkout;

/// What cargo tells the program it runs, about that program; a build that saw it would be another build.
const ABOUT_US: [&str; 4] = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];

pub(crate) fn cargo(checkout: &Checkout) -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(&checkout.root);
    forget_us(&mut command);
    command
}

pub(crate) fn forget_us(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if ABOUT_US.iter().any(|prefix| name.to_string_lossy().starts_with(prefix)) {
            command.env_remove(name);
        }
    }
}
