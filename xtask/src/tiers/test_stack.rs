//! The stack of a test run: its own ports and data, removed at the end.

use std::path::{Path, PathBuf};

use anyhow::Result;
use fs_err as fs;

use crate::checkout::Checkout;
use crate::engine::ports::{self, RequestedPorts};
use crate::machine::lock::{self, Lock};
use crate::stack::{self, Addresses};
use crate::stack_home::StackHome;
use crate::tools;

#[derive(Debug)]
pub(crate) struct TestStack {
    home: StackHome,
    addresses: Addresses,
    _lock: Lock,
}

impl TestStack {
    pub(crate) fn start(checkout: &Checkout) -> Result<Self> {
        let machine = tools::install(checkout)?;
        let folder = checkout.local().join("test");
        remove_abandoned(&folder)?;
        let home = StackHome::of_tests(folder.join(std::process::id().to_string()));
        let lock = lock::acquire(&lock_file(&home.folder), "another test run")?;
        let ports = ports::assign(&home, RequestedPorts::default(), &ports::TESTS)?;
        match stack::start(checkout, &home, &machine, ports) {
            Ok(addresses) => Ok(Self { home, addresses, _lock: lock }),
            Err(error) => {
                remove(&home)?;
                Err(error)
            }
        }
    }

    pub(crate) fn api(&self) -> &str {
        &self.addresses.api
    }

    pub(crate) fn file(&self) -> &Path {
        &self.home.stack_file
    }

    pub(crate) fn end(self) -> Result<()> {
        remove(&self.home)
    }
}

/// Removes the stacks of killed test runs: their folders are those whose lock nobody holds.
fn remove_abandoned(folder: &Path) -> Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let stack = entry?.path();
        if stack.is_dir()
            && let Some(_lock) = lock::try_acquire(&lock_file(&stack))?
        {
            println!("  removing the stack of an earlier test run that was killed");
            remove(&StackHome::of_tests(stack))?;
        }
    }
    Ok(())
}

/// Beside the folder, not in it: a removal of the folder must not remove a lock that is held.
fn lock_file(folder: &Path) -> PathBuf {
    folder.with_extension("lock")
}

fn remove(home: &StackHome) -> Result<()> {
    stack::end(home)?;
    fs::remove_dir_all(&home.folder)?;
    let _ = fs::remove_file(lock_file(&home.folder));
    Ok(())
}
