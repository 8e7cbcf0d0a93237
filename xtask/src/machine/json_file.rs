//! JSON files that only their owner may read.

use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result};
use fs_err as fs;
use fs_err::os::unix::fs::OpenOptionsExt;
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
    // One that an interrupt left would keep its mode.
    remove(&unfinished)?;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    file.write_all((serde_json::to_string_pretty(value)? + "\n").as_bytes())?;
    Ok(fs::rename(&unfinished, path)?)
}

/// Removes a file, if it exists.
pub(crate) fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn only_the_owner_may_read_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file.json");
        let everyone = Permissions::from_mode(0o644);
        for leftover in ["file.json", "file.unfinished"] {
            fs::write(folder.path().join(leftover), "old").unwrap();
            fs::set_permissions(folder.path().join(leftover), everyone.clone()).unwrap();
        }
        write(&file, &1).unwrap();
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(read(&file), Some(1));
        write(&file, &2).unwrap();
        assert_eq!(read(&file), Some(2));
    }
}
