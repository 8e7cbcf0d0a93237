//! Which tests may run at the same time: each waits for its turn at what it breaks.

use tokio::sync::{Mutex, MutexGuard, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Written by a test that changes rows of all other tests.
static STACK: RwLock<()> = RwLock::const_new(());
static COUNTERS: Mutex<()> = Mutex::const_new(());
static DEAD_LETTERS: Mutex<()> = Mutex::const_new(());
static INDEX: Mutex<()> = Mutex::const_new(());

/// A test's right to the stack, for as long as this lives.
#[must_use]
#[derive(Debug)]
pub(crate) struct Turn {
    _stack: RwLockReadGuard<'static, ()>,
    _broken: Vec<MutexGuard<'static, ()>>,
}

impl Turn {
    async fn at(broken: &[&'static Mutex<()>]) -> Self {
        let stack = STACK.read().await;
        let mut guards = Vec::new();
        for part in broken {
            guards.push(part.lock().await);
        }
        Self { _stack: stack, _broken: guards }
    }
}

/// For a test that breaks nothing that others need.
pub(crate) async fn harmless() -> Turn {
    Turn::at(&[]).await
}

/// For a test that leaves counters behind their rows.
pub(crate) async fn at_counters() -> Turn {
    Turn::at(&[&COUNTERS]).await
}

/// For a test that looks at dead letters: a look hides them from others.
pub(crate) async fn at_dead_letters() -> Turn {
    Turn::at(&[&DEAD_LETTERS]).await
}

/// For a test that puts a dead letter where a counter does not expect it.
pub(crate) async fn at_counters_and_dead_letters() -> Turn {
    Turn::at(&[&COUNTERS, &DEAD_LETTERS]).await
}

/// For a test that replaces the index.
pub(crate) async fn at_index() -> Turn {
    Turn::at(&[&INDEX]).await
}

/// For a test that no other one may run beside.
pub(crate) async fn alone() -> RwLockWriteGuard<'static, ()> {
    STACK.write().await
}
