//! Where things are in the checkout. Everything that is installed or made lies below `.local`, which git ignores.

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

    /// What `sam build` makes; apart from `.aws-sam`, which stays free for a deployment to AWS.
    pub(crate) fn build(&self) -> PathBuf {
        self.local().join("build")
    }

    pub(crate) fn built_template(&self) -> PathBuf {
        self.build().join("template.yaml")
    }

    pub(crate) fn template(&self) -> PathBuf {
        self.root.join("template.yaml")
    }

    pub(crate) fn locks(&self) -> PathBuf {
        self.local().join("locks")
    }

    pub(crate) fn step_logs(&self) -> PathBuf {
        self.local().join("logs")
    }

    /// A file that is committed for the local stack.
    pub(crate) fn infra(&self, name: &str) -> PathBuf {
        self.root.join("infra/local").join(name)
    }

    /// A program of the AWS tools' Python environment (sam, cargo-lambda, cfn-lint, jgo).
    pub(crate) fn tool(&self, name: &str) -> PathBuf {
        self.tools().join("aws/bin").join(name)
    }
}
