//! The library that keeps an engine on loopback: `infra/local/loopback.c`, compiled on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::installation;
use crate::checkout::Checkout;
use crate::machine::command;
use crate::machine::fingerprint::Fingerprint;

const SOURCE: &str = "loopback.c";
const FOLDER: &str = "loopback";

/// For the variable `LD_PRELOAD`.
pub(crate) fn path(checkout: &Checkout) -> PathBuf {
    checkout.tools().join(FOLDER).join("libloopback.so")
}

/// Fails if the path cannot be in `LD_PRELOAD`: then the engine would start without the library, on every interface.
fn require_plain_path(path: &Path) -> Result<()> {
    if path.to_string_lossy().contains([' ', ':']) {
        bail!(
            "{} contains a space or a colon: LocalStack and LocalEmu need a checkout without them",
            path.display()
        );
    }
    Ok(())
}

pub(super) fn install(checkout: &Checkout) -> Result<()> {
    require_plain_path(&path(checkout))?;
    let source = checkout.infra(SOURCE);
    installation::once(checkout, FOLDER, SOURCE, Fingerprint::default().file(&source)?, |_| {
        let mut compiler = Command::new("cc");
        compiler.args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"]).arg(path(checkout)).arg(source);
        command::run_logged(&mut compiler, &checkout.log("install-loopback"))
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_the_loader_would_split_is_refused() {
        assert!(require_plain_path(Path::new("/home/me/chatlog/libloopback.so")).is_ok());
        for path in ["/home/me/my chatlog/libloopback.so", "/home/a:b/libloopback.so"] {
            assert!(require_plain_path(Path::new(path)).is_err(), "{path}");
        }
    }
}
