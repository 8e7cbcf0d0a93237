//! The functions' programs, built as they ship.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// What the functions are held against.
pub(crate) const HELLO_WORLD: &str = "hello-world";

/// Built programs, by the name of their function.
#[derive(Debug)]
pub(crate) struct Shipped {
    folder: PathBuf,
    functions: Vec<String>,
    pub(crate) template: String,
}

/// The checkout that this was built from.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

impl Shipped {
    /// Builds every function below `functions/` and the hello-world, one after the other as SAM does, so that
    /// none gets a dependency's feature because another one needs it.
    pub(crate) fn build() -> Result<Self> {
        let target = root().join("target/shipped");
        let mut functions = Vec::new();
        for entry in std::fs::read_dir(root().join("functions"))? {
            functions.push(entry?.file_name().to_string_lossy().into_owned());
        }
        functions.sort();
        for package in functions.iter().map(String::as_str).chain([HELLO_WORLD]) {
            eprintln!("building {package} as it ships");
            let mut cargo = Command::new("cargo");
            cargo.current_dir(root()).args(["build", "--quiet", "--release", "--package", package]);
            let status = cargo.arg("--target-dir").arg(&target).status().context("cannot run cargo")?;
            if !status.success() {
                bail!("{package} does not build");
            }
        }
        let template =
            std::fs::read_to_string(root().join("template.yaml")).context("cannot read template.yaml")?;
        Ok(Self { folder: target.join("release"), functions, template })
    }

    pub(crate) fn functions(&self) -> &[String] {
        &self.functions
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}
