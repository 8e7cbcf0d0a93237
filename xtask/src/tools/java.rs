//! Finds a Java that is new enough for OpenSearch.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::machine::command;

const OLDEST: u32 = 21;

/// The path of the first suitable `java`: of `JAVA_HOME`, on `PATH`, or where distributions and SDKMAN! install it.
pub(super) fn find() -> Result<PathBuf> {
    let mut found = Vec::new();
    for java in candidates() {
        let printed = command::output(Command::new(&java).arg("-version"));
        match printed.as_deref().and_then(major_version) {
            Some(version) if version >= OLDEST => return Ok(java),
            Some(version) => found.push(format!("{} is Java {version}", java.display())),
            None => {}
        }
    }
    let found = if found.is_empty() { "none was found".to_owned() } else { found.join("; ") };
    bail!(
        "OpenSearch needs Java {OLDEST} or newer, and {found}. Install one (Debian and Ubuntu: `apt install \
         openjdk-21-jre-headless`; Fedora: `dnf install java-21-openjdk-headless`; any: a Temurin JDK unpacked \
         anywhere) or point JAVA_HOME at one."
    )
}

fn candidates() -> Vec<PathBuf> {
    let java_home = std::env::var_os("JAVA_HOME");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    let mut candidates: Vec<PathBuf> =
        java_home.iter().map(|home| Path::new(home).join("bin/java")).collect();
    candidates.extend(std::env::split_paths(&path).map(|folder| folder.join("java")));
    let installations = ["/usr/lib/jvm", "/usr/java", "/opt/java", "/opt"].map(PathBuf::from);
    let own = [".jdks", ".sdkman/candidates/java"].map(|folder| home.join(folder));
    for folder in installations.iter().chain(&own) {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut homes: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
        homes.sort();
        candidates.extend(homes.iter().map(|home| home.join("bin/java")));
    }
    candidates.retain(|java| java.is_file());
    candidates
}

/// Reads what `java -version` prints: `openjdk version "25.0.3" …`, or `java version "1.8.0_392"` before Java 9.
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
    fn old_and_new_forms_of_the_version_are_read() {
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
