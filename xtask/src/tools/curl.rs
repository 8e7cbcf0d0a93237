//! Checks the curl that runs the README's walk.

use std::process::Command;

use anyhow::{Result, bail};

use crate::machine::command;

/// The first version with `--json`.
const OLDEST: (u32, u32) = (7, 82);

pub(crate) fn require() -> Result<()> {
    let printed = command::output(Command::new("curl").arg("--version"));
    let found = match printed.as_deref().and_then(version) {
        Some(version) if version >= OLDEST => return Ok(()),
        Some((major, minor)) => format!("this one is {major}.{minor}"),
        None => "none was found".to_owned(),
    };
    bail!(
        "the README's walk needs curl {}.{} or newer, and {found}. Install a newer one.",
        OLDEST.0,
        OLDEST.1
    )
}

/// Reads `curl 7.88.1 (x86_64-pc-linux-gnu) …`.
fn version(printed: &str) -> Option<(u32, u32)> {
    let mut numbers = printed.strip_prefix("curl ")?.split('.');
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_and_compared() {
        assert_eq!(version("curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1"), Some((7, 88)));
        assert!(version("curl 8.5.0 (x86_64)").unwrap() >= OLDEST);
        assert!(version("curl 7.81.0 (x86_64)").unwrap() < OLDEST);
        assert_eq!(version("bash: curl: command not found"), None);
    }
}
