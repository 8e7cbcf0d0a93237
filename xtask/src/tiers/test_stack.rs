//! The stack of a test run: its own ports and data, removed at the end.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use fs_err as fs;

use crate::checkout::Checkout;
use crate::deployment::build::Programs;
use crate::engine::aws_engine::AwsEngine;
use crate::engine::ports;
use crate::machine::lock::{self, Lock};
use crate::stack::{self, Addresses};
use crate::stack_folder::StackFolder;
use crate::tools;

/// The stacks of a test run, one at a time.
#[derive(Debug, Default)]
pub(crate) struct Stacks {
    running: Option<TestStack>,
    /// What did not start, so that not every tier waits for it again.
    failed: Option<(AwsEngine, Programs)>,
}

impl Stacks {
    /// The stack on this engine with these programs. If it does not run, it starts, and the one that runs ends.
    pub(crate) fn get(
        &mut self,
        checkout: &Checkout,
        engine: AwsEngine,
        programs: Programs,
    ) -> Result<&TestStack> {
        let wanted = (engine, programs);
        if let Some(other) =
            self.running.take_if(|stack| (stack.folder.engine, stack.folder.programs) != wanted)
        {
            other.end()?;
        }
        if self.failed == Some(wanted) {
            bail!("the stack on {} did not start, as told above", engine.name());
        }
        match &mut self.running {
            Some(stack) => Ok(stack),
            none => {
                let started = TestStack::start(checkout, engine, programs);
                Ok(none.insert(started.inspect_err(|_| self.failed = Some(wanted))?))
            }
        }
    }

    /// Whether a tier has asked for a stack.
    pub(crate) fn were_used(&self) -> bool {
        self.running.is_some() || self.failed.is_some()
    }

    /// Removes the stack that runs.
    pub(crate) fn end(self) -> Result<()> {
        self.running.map_or(Ok(()), TestStack::end)
    }
}

#[derive(Debug)]
pub(crate) struct TestStack {
    folder: StackFolder,
    addresses: Addresses,
    _lock: Lock,
}

impl TestStack {
    fn start(checkout: &Checkout, engine: AwsEngine, programs: Programs) -> Result<Self> {
        let machine = tools::install(checkout, engine)?;
        let all = checkout.local().join("test");
        remove_abandoned(&all)?;
        let folder = StackFolder::of_tests(all.join(std::process::id().to_string()), engine);
        let folder = StackFolder { programs, ..folder };
        let lock = lock::acquire(&lock_file(&folder.path), "another test run")?;
        let started = ports::assign_for_tests(&folder, &checkout.lock("test-ports"))
            .and_then(|ports| stack::start(checkout, &folder, &machine, ports));
        match started {
            Ok(addresses) => Ok(Self { folder, addresses, _lock: lock }),
            Err(error) => first_error(Err(error), remove(&folder)),
        }
    }

    pub(crate) fn engine(&self) -> AwsEngine {
        self.folder.engine
    }

    pub(crate) fn api(&self) -> &str {
        &self.addresses.api
    }

    pub(crate) fn file(&self) -> &Path {
        &self.folder.stack_file
    }

    fn end(self) -> Result<()> {
        remove(&self.folder)
    }
}

/// If the work and the clean-up after it both fail, prints the error of the clean-up and returns that of the work.
pub(crate) fn first_error<T>(work: Result<T>, clean_up: Result<()>) -> Result<T> {
    match (work, clean_up) {
        (Ok(done), clean_up) => clean_up.map(|()| done),
        (Err(error), clean_up) => {
            if let Err(error) = clean_up {
                eprintln!("error: the test stack could not be removed: {error:#}");
            }
            Err(error)
        }
    }
}

/// Removes the stacks of killed test runs: their folders are those whose lock nobody holds.
fn remove_abandoned(all: &Path) -> Result<()> {
    let Ok(entries) = fs::read_dir(all) else { return Ok(()) };
    for entry in entries {
        let stack = entry?.path();
        if stack.is_dir()
            && let Some(_lock) = lock::try_acquire(&lock_file(&stack))?
        {
            println!("  removing the stack of an earlier test run that was killed");
            for engine in AwsEngine::ALL {
                stack::end(&StackFolder::of_tests(stack.clone(), engine))?;
            }
            remove(&StackFolder::of_tests(stack, AwsEngine::default()))?;
        }
    }
    Ok(())
}

/// Beside the folder, not in it: a removal of the folder must not remove a lock that is held.
fn lock_file(folder: &Path) -> PathBuf {
    folder.with_extension("lock")
}

/// Succeeds as well if another run has removed the folder, or if the start failed before it made one.
fn remove(folder: &StackFolder) -> Result<()> {
    stack::end(folder)?;
    if let Err(error) = fs::remove_dir_all(&folder.path)
        && error.kind() != ErrorKind::NotFound
    {
        return Err(error.into());
    }
    let _ = fs::remove_file(lock_file(&folder.path));
    Ok(())
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_removal_without_a_folder_removes_the_lock_file() {
        let all = tempfile::tempdir().unwrap();
        let folder = StackFolder::of_tests(all.path().join("1"), AwsEngine::default());
        let lock = lock_file(&folder.path);
        let _held = lock::try_acquire(&lock).unwrap();
        assert!(lock.exists());
        remove(&folder).unwrap();
        assert!(!lock.exists());
    }

    #[test]
    fn an_abandoned_stack_is_removed_and_a_running_one_is_kept() {
        let all = tempfile::tempdir().unwrap();
        let (abandoned, running) = (all.path().join("1"), all.path().join("2"));
        fs::create_dir_all(&abandoned).unwrap();
        fs::create_dir_all(&running).unwrap();
        let _held = lock::try_acquire(&lock_file(&running)).unwrap();
        remove_abandoned(all.path()).unwrap();
        assert!(!abandoned.exists());
        assert!(running.exists());
    }

    #[test]
    fn an_error_of_the_clean_up_does_not_hide_the_one_before() {
        let outcome = first_error::<()>(Err(anyhow!("work")), Err(anyhow!("clean-up")));
        assert_eq!(outcome.unwrap_err().to_string(), "work");
        let outcome = first_error(Ok(()), Err(anyhow!("clean-up")));
        assert_eq!(outcome.unwrap_err().to_string(), "clean-up");
    }
}
