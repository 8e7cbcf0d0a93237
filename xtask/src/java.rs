//! Finding a Java that is new enough for OpenSearch.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::command;

const OLDEST: u32 = 21;

pub(crate) fn find() -> Result<PathBuf> {
    let mut seen = Vec::new();
    for java in candidates() {
        let Some(version) =
            command::answer(Command::new(&java).arg("-version")).as_deref().and_then(major_version)
        else {
            continue;
        };
        if version >= OLDEST {
            return Ok(java);
        }
        seen.push(format!("{} is Java {version}", java.display()));
    }
    let seen = if seen.is_empty() { "none was found".to_owned() } else { seen.join("; ") };
    bail!(
        "OpenSearch needs Java {OLDEST} or newer, and {seen}. Install one (Debian and Ubuntu: `apt install \
         openjdk-21-jre-headless`; Fedora: `dnf install java-21-openjdk-headless`; any: a Temurin JDK unpacked \
         anywhere) or point JAVA_HOME at one."
    )
}

fn candidates() -> Vec<PathBuf> {
    let named = std::env::var_os("JAVA_HOME").map(|home| Path::new(&home).join("bin/java"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|folder| folder.join("java"));
    let home = std::env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let kept = [
        PathBuf::from("/usr/lib/jvm"),
        PathBuf::from("/usr/java"),
        PathBuf::from("/opt/java"),
        PathBuf::from("/opt"),
        home.join(".jdks"),
        home.join(".sdkman/candidates/java"),
    ];
    let kept = kept.iter().flat_map(|folder| folders_in(folder)).map(|folder| folder.join("bin/java"));
    named.into_iter().chain(on_path).chain(kept).filter(|java| java.is_file()).collect()
}

fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut folders: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    folders.sort();
    folders
}

/// Reads what `java -version` prints: `openjdk version "25.0.3" …`, or `java version "1.8.0_392"` before 9.
fn major_version(printed: &str) -> Option<u32> {
    let (_, rest) = printed.split_once(" version \"")?;
    let (version, _) = rest.split_once('"')?;
    let mut numbers = version.split(|character: char| !character.is_ascii_digit());
    match numbers.next()?.parse().ok()? {
        1 => numbers.next()?.parse().ok(),
        major => Some(major),
    }
}

#[cfg(test)]
mod tests {
    use super::major_version;

    #[test]
    fn versions_of_every_age_are_read() {
        let cases = [
            ("openjdk version \"25.0.3\" 2026-04-21 LTS\nOpenJDK Runtime …", Some(25)),
            ("openjdk version \"17.0.11\" 2024-04-16", Some(17)),
            ("java version \"1.8.0_392\"", Some(8)),
            ("openjdk version \"26-ea\" 2026-03-17", Some(26)),
            ("Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version \"21\" 2023-09-19", Some(21)),
            ("The operation couldn’t be completed. Unable to locate a Java Runtime.", None),
            ("", None),
        ];
        for (printed, expected) in cases {
            assert_eq!(major_version(printed), expected, "{printed}");
        }
    }
}
