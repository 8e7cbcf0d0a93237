//! Finding a Python that can hold the tools.

use std::process::Command;

use anyhow::{Result, bail};

use crate::command;

/// The newest first that the lock files were made for; then whatever newer one there is.
const NAMES: [&str; 8] =
    ["python3", "python3.13", "python3.12", "python3.11", "python3.10", "python3.14", "python3.15", "python"];
const OLDEST: (u32, u32) = (3, 10);
const QUESTION: &str = "import sys\n\
    print('version', *sys.version_info[:2])\n\
    print('at', sys.executable)\n\
    import venv, ensurepip\n\
    print('venv')\n";

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Python {
    pub(crate) executable: String,
    pub(crate) version: (u32, u32),
}

pub(crate) fn find() -> Result<Python> {
    at_least(OLDEST, "the AWS tools need")
}

/// A Python of this version or a newer one; `who_needs` begins the sentence where there is none.
pub(crate) fn at_least(oldest: (u32, u32), who_needs: &str) -> Result<Python> {
    let mut seen = Vec::new();
    for name in NAMES {
        let Some(printed) = command::answer(Command::new(name).args(["-c", QUESTION])) else {
            // It may have failed only for want of venv: ask again without, to be able to say so.
            if let Some(printed) =
                command::answer(Command::new(name).args(["-c", "import sys; print(sys.version)"]))
            {
                let version = printed.split(' ').next().unwrap_or_default();
                seen.push(format!("{name} is {version} without venv"));
            }
            continue;
        };
        match parse(&printed) {
            Some(python) if python.version >= oldest => return Ok(python),
            Some(Python { version: (major, minor), .. }) => seen.push(format!("{name} is {major}.{minor}")),
            None => {}
        }
    }
    let seen = if seen.is_empty() { "none was found".to_owned() } else { seen.join("; ") };
    bail!(
        "{who_needs} Python {}.{} or newer with venv, and {seen}. Install it (Debian and Ubuntu: `apt install \
         python3 python3-venv`; Fedora: `dnf install python3`).",
        oldest.0,
        oldest.1
    )
}

fn parse(printed: &str) -> Option<Python> {
    let mut lines = printed.lines();
    let (major, minor) = lines.next()?.strip_prefix("version ")?.split_once(' ')?;
    let executable = lines.next()?.strip_prefix("at ")?.to_owned();
    (lines.next()? == "venv").then_some(())?;
    Some(Python { executable, version: (major.parse().ok()?, minor.parse().ok()?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_is_read() {
        let python = parse("version 3 11\nat /usr/bin/python3\nvenv\n").unwrap();
        assert_eq!(python, Python { executable: "/usr/bin/python3".into(), version: (3, 11) });
    }

    #[test]
    fn a_python_that_prints_anything_else_is_no_python() {
        for printed in ["", "pyenv: python3.13: command not found", "version 3 11\nat /usr/bin/python3\n"] {
            assert_eq!(parse(printed), None, "{printed}");
        }
    }
}
