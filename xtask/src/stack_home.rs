//! One stack's own folder: its engines' records, data and logs. `up` has one; each test run has a fresh one.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::checkout::Checkout;

/// What the tests want on that is off by default.
const OF_TESTS: &[&str] = &["CorsAllowedOrigin=https://app.example.org"];

#[derive(Debug, Clone)]
pub(crate) struct StackHome {
    dir: PathBuf,
    stack_file: PathBuf,
    /// Whether the engines write their data down when they end.
    pub(crate) keeps_data: bool,
    /// The template's parameters in which this stack differs, as `Name=value`.
    pub(crate) parameters: &'static [&'static str],
}

impl StackHome {
    pub(crate) fn of_up(checkout: &Checkout) -> Self {
        let local = checkout.local();
        Self {
            dir: local.join("stack"),
            stack_file: local.join("stack.json"),
            keeps_data: true,
            parameters: &[],
        }
    }

    pub(crate) fn of_tests(dir: PathBuf) -> Self {
        Self { stack_file: dir.join("stack.json"), dir, keeps_data: false, parameters: OF_TESTS }
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    pub(crate) fn stack_file(&self) -> &Path {
        &self.stack_file
    }

    pub(crate) fn data(&self, engine: &str) -> PathBuf {
        self.dir.join("data").join(engine)
    }

    pub(crate) fn has_data(&self) -> bool {
        self.dir.join("data").exists()
    }

    pub(crate) fn log(&self, name: &str) -> PathBuf {
        self.dir.join("logs").join(format!("{name}.log"))
    }

    pub(crate) fn record(&self, engine: &str) -> PathBuf {
        self.dir.join("engines").join(format!("{engine}.json"))
    }

    pub(crate) fn ports(&self) -> PathBuf {
        self.dir.join("ports.json")
    }

    pub(crate) fn deployed(&self) -> PathBuf {
        self.dir.join("deployed.json")
    }
}

/// Reads a JSON file; one that is not there, or was half written by an older version, counts as absent.
pub(crate) fn read_json<T: for<'a> Deserialize<'a>>(path: &Path) -> Option<T> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// Writes a JSON file so that a reader sees the old one or the new one, never a part.
pub(crate) fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    let folder = path.parent().context("a file lies in a folder")?;
    std::fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let unfinished = path.with_extension("unfinished");
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    std::fs::write(&unfinished, text)
        .and_then(|()| std::fs::rename(&unfinished, path))
        .with_context(|| format!("cannot write {}", path.display()))
}
