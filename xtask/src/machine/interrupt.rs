//! Ctrl-C and SIGTERM: noticed at each wait, so that xtask can clean up before it ends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use anyhow::{Context, Result, bail};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// From now on the first signal does not end the process: [`check`] reports it. The second one ends it at once.
pub(crate) fn handle_signals() -> Result<()> {
    for signal in [SIGINT, SIGTERM] {
        // This order: the first handler must not yet see what the second one sets.
        flag::register_conditional_shutdown(signal, 130, Arc::clone(&INTERRUPTED))
            .and_then(|_| flag::register(signal, Arc::clone(&INTERRUPTED)))
            .context("cannot handle Ctrl-C")?;
    }
    Ok(())
}

pub(crate) fn happened() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}

pub(crate) fn check() -> Result<()> {
    if happened() {
        bail!("interrupted");
    }
    Ok(())
}
