//! The programs of the functions, built as they ship.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use deployment_template::Template;

/// What the functions are compared with.
pub(crate) const HELLO_WORLD: &str = "hello-world";

#[derive(Debug)]
pub(crate) struct Shipped {
    folder: PathBuf,
    pub(crate) template: Template,
}

/// The checkout that this was built from.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

impl Shipped {
    /// Builds the functions and the hello-world, each package by itself as SAM does, so that no other package of
    /// the workspace decides about the features of their dependencies.
    pub(crate) fn build() -> Result<Self> {
        let target = root().join("target/shipped");
        for package in ["functions", HELLO_WORLD] {
            eprintln!("building {package} as it ships");
            let mut cargo = Command::new("cargo");
            cargo.current_dir(root()).args(["build", "--quiet", "--release", "--bins", "--package", package]);
            let status = cargo.arg("--target-dir").arg(&target).status().context("cannot run cargo")?;
            if !status.success() {
                bail!("{package} does not build");
            }
        }
        Self::in_folder(target.join("release"))
    }

    /// Programs that are built already.
    pub(crate) fn in_folder(folder: PathBuf) -> Result<Self> {
        let path = root().join("template.yaml");
        let template =
            std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self { folder, template: Template::parse(&template)? })
    }

    /// The names of the hello-world and of all functions.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        [HELLO_WORLD].into_iter().chain(self.template.functions.iter().map(|function| function.name.as_str()))
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}
