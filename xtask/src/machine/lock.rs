//! Locks between processes. The kernel releases a lock when its holder dies.

use std::fs::TryLockError;
use std::path::Path;

use anyhow::{Context, Result};
use fs_err::{File, OpenOptions, create_dir_all};

use super::progress::poll;

#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Waits until nobody else holds the lock. Prints that it waits for `others`, if it must.
pub(crate) fn acquire(path: &Path, others: &str) -> Result<Lock> {
    if let Some(lock) = try_acquire(path)? {
        return Ok(lock);
    }
    println!("  waiting for {others}");
    poll(|| None, || try_acquire(path))
}

/// Acquires the lock; `None` if somebody else holds it.
pub(crate) fn try_acquire(path: &Path) -> Result<Option<Lock>> {
    create_dir_all(path.parent().context("a lock file lies in a folder")?)?;
    let file = OpenOptions::new().create(true).append(true).open(path)?;
    match file.file().try_lock() {
        Ok(()) => Ok(Some(Lock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("cannot lock {}", path.display()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some/lock");
        let first = try_acquire(&path).unwrap();
        assert!(first.is_some());
        assert!(try_acquire(&path).unwrap().is_none());
        drop(first);
        assert!(try_acquire(&path).unwrap().is_some());
    }
}
