//! One at a time: locks between processes, let go by the kernel when their holder dies.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::interrupt;

#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

/// Waits until nobody else holds the lock, and says so if that takes a while.
pub(crate) fn acquire(path: &Path, others: &str) -> Result<Lock> {
    let mut said = false;
    loop {
        if let Some(lock) = try_acquire(path)? {
            return Ok(lock);
        }
        interrupt::check()?;
        if !said {
            println!("  waiting for {others}");
            said = true;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

pub(crate) fn try_acquire(path: &Path) -> Result<Option<Lock>> {
    let cannot = || format!("cannot lock {}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(cannot)?;
    }
    let file = File::options().create(true).append(true).open(path).with_context(cannot)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(Lock { _file: file })),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error).with_context(cannot),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_held_by_one_at_a_time_and_free_again_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("some/lock");
        let first = try_acquire(&path).unwrap();
        assert!(first.is_some());
        assert!(try_acquire(&path).unwrap().is_none());
        drop(first);
        assert!(try_acquire(&path).unwrap().is_some());
    }
}
