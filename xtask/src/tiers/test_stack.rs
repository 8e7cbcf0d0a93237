//! The tests' own stack: own ports, own data, gone afterwards.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::lock::{self, Lock};
use crate::ports::{self, Wishes};
use crate::stack;
use crate::stack_home::StackHome;

#[derive(Debug)]
pub(super) struct TestStack {
    home: StackHome,
    _lock: Lock,
}

impl TestStack {
    pub(super) fn raise(checkout: &Checkout) -> Result<Self> {
        let machine = stack::install_tools(checkout)?;
        let folder = checkout.local().join("test");
        sweep(&folder)?;
        let home = StackHome::of_tests(folder.join(std::process::id().to_string()));
        let lock = lock::acquire(&lock_of(home.dir()), "another run of the tests")?;
        let test_stack = Self { home, _lock: lock };
        let ports = ports::of(&test_stack.home, Wishes::default(), ports::OF_TESTS)?;
        match stack::raise(checkout, &test_stack.home, &machine, ports) {
            Ok(_) => Ok(test_stack),
            Err(error) => {
                test_stack.end()?;
                Err(error)
            }
        }
    }

    pub(super) fn file(&self) -> &Path {
        self.home.stack_file()
    }

    pub(super) fn end(self) -> Result<()> {
        remove(&self.home)
    }
}

/// Removes what runs left behind that were killed: theirs are the folders whose lock nobody holds.
fn sweep(folder: &Path) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let left = entry?.path();
        if left.is_dir()
            && let Some(_lock) = lock::try_acquire(&lock_of(&left))?
        {
            println!("  removing a stack that an earlier run of the tests left behind");
            remove(&StackHome::of_tests(left))?;
        }
    }
    Ok(())
}

/// Beside the folder, not in it, so that removing the folder does not remove a lock that is held.
fn lock_of(folder: &Path) -> PathBuf {
    folder.with_extension("lock")
}

fn remove(home: &StackHome) -> Result<()> {
    stack::end(home)?;
    let folder = home.dir();
    std::fs::remove_dir_all(folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    let _ = std::fs::remove_file(lock_of(folder));
    Ok(())
}
