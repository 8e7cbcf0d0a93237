//! The paths in the checkout. Everything installed or built lies below `.local`, which git ignores.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

#[derive(Debug, Clone)]
pub(crate) struct Checkout {
    pub(crate) root: PathBuf,
}

impl Checkout {
    pub(crate) fn find() -> Result<Self> {
        let package = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = package.parent().context("xtask lies in the checkout's top folder")?;
        Ok(Self { root: root.to_owned() })
    }

    pub(crate) fn local(&self) -> PathBuf {
        self.root.join(".local")
    }

    pub(crate) fn tools(&self) -> PathBuf {
        self.local().join("tools")
    }

    pub(crate) fn template(&self) -> PathBuf {
        self.root.join("template.yaml")
    }

    /// The log of a step that belongs to no stack.
    pub(crate) fn log(&self, step: &str) -> PathBuf {
        self.local().join("logs").join(format!("{step}.log"))
    }

    pub(crate) fn lock(&self, name: &str) -> PathBuf {
        self.local().join("locks").join(name)
    }

    /// A committed file of the local stack.
    pub(crate) fn infra(&self, name: &str) -> PathBuf {
        self.root.join("infra/local").join(name)
    }
}
