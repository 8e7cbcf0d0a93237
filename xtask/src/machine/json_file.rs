//! JSON files.

use std::path::Path;

use anyhow::{Context, Result};
use fs_err as fs;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads a JSON file; `None` if it does not exist or has another form.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

/// Replaces a JSON file atomically: a reader sees the old one or the new one.
pub(crate) fn write<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
    let unfinished = path.with_extension("unfinished");
    fs::write(&unfinished, serde_json::to_string_pretty(value)? + "\n")?;
    Ok(fs::rename(&unfinished, path)?)
}
