//! Finds a Python that can hold the tools.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::machine::command;

/// The default one, then the versions that the lock files were made for, newest first, then newer ones.
const NAMES: [&str; 8] =
    ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python3.14", "python3.15", "python"];
const OLDEST: (u32, u32) = (3, 10);
/// Debian's Python has no ensurepip without the package python3-venv. Python 2 understands this too.
const PROBE_SCRIPT: &str = "
import sys
try:
    import venv, ensurepip
    has_venv = True
except ImportError:
    has_venv = False
print('%d %d %s %s' % (sys.version_info[0], sys.version_info[1], has_venv, sys.executable))
";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Python {
    pub(crate) executable: String,
    /// Major and minor.
    pub(crate) version: (u32, u32),
    has_venv: bool,
}

pub(crate) fn find() -> Result<Python> {
    at_least(OLDEST, "the AWS tools need")
}

/// A Python of this version or newer. `who_needs` starts the error message.
pub(crate) fn at_least(oldest: (u32, u32), who_needs: &str) -> Result<Python> {
    let install = "Debian and Ubuntu: `apt install python3 python3-venv`; Fedora: `dnf install python3`";
    search(
        |version| version >= oldest,
        || format!("{who_needs} Python {}.{} or newer with venv", oldest.0, oldest.1),
        install,
    )
}

/// A Python of this very version. `who_needs` starts the error message.
pub(crate) fn exactly(wanted: (u32, u32), who_needs: &str) -> Result<Python> {
    let (major, minor) = wanted;
    let install = format!(
        "Debian 13: `apt install python3 python3-venv`; Fedora: `dnf install python{major}.{minor}`; any: `pyenv install \
         {major}.{minor}` or `uv python install {major}.{minor}`"
    );
    search(|version| version == wanted, || format!("{who_needs} Python {major}.{minor} with venv"), &install)
}

fn search(fits: impl Fn((u32, u32)) -> bool, need: impl FnOnce() -> String, install: &str) -> Result<Python> {
    let mut found = Vec::new();
    for program in candidates() {
        let printed = command::output(Command::new(&program).args(["-c", PROBE_SCRIPT]));
        match printed.as_deref().and_then(parse) {
            Some(python) if fits(python.version) && python.has_venv => return Ok(python),
            Some(Python { version: (major, minor), has_venv, .. }) => {
                let lack = if has_venv { "" } else { " without venv" };
                found.push(format!("{} is {major}.{minor}{lack}", program.display()));
            }
            None => {}
        }
    }
    let found = if found.is_empty() { "none was found".to_owned() } else { found.join("; ") };
    bail!("{}, and {found}. Install it ({install}).", need())
}

/// The names on `PATH`, then what pyenv and uv have installed, of which `PATH` need not have every version.
fn candidates() -> Vec<PathBuf> {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let pyenv = std::env::var_os("PYENV_ROOT").map_or_else(|| home.join(".pyenv"), PathBuf::from);
    let mut candidates = NAMES.map(PathBuf::from).to_vec();
    for folder in [pyenv.join("versions"), home.join(".local/share/uv/python")] {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut installed: Vec<PathBuf> = entries.map(|entry| entry.path().join("bin/python3")).collect();
        installed.sort();
        candidates.extend(installed.into_iter().rev().filter(|python| python.is_file()));
    }
    candidates
}

/// Reads `3 11 True /usr/bin/python3`.
fn parse(printed: &str) -> Option<Python> {
    let mut parts = printed.lines().next()?.splitn(4, ' ');
    let version = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let has_venv = match parts.next()? {
        "True" => true,
        "False" => false,
        _ => return None,
    };
    Some(Python { executable: parts.next()?.to_owned(), version, has_venv })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_read() {
        let expected =
            Python { executable: "/opt/my tools/python3".into(), version: (3, 11), has_venv: true };
        assert_eq!(parse("3 11 True /opt/my tools/python3\na warning\n").unwrap(), expected);
        assert!(!parse("3 11 False /usr/bin/python3\n").unwrap().has_venv);
    }

    #[test]
    fn a_program_that_prints_anything_else_is_not_python() {
        for printed in ["", "pyenv: python3.13: command not found", "3 11\n", "3 11 True\n"] {
            assert_eq!(parse(printed), None, "{printed}");
        }
    }
}
