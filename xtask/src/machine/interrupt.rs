//! Ctrl-C, SIGTERM and a closed terminal: noticed at each wait, so that xtask can clean up before it ends.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};

use anyhow::{Context, Result, bail};
use procfs::process::Process;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// From now on the first signal does not end the process: [`check`] reports it. The second one ends it at once.
pub(crate) fn handle_signals() -> Result<()> {
    // `nohup` ignores SIGHUP, the lowest bit of the mask.
    let nohup = Process::myself()?.status()?.sigign & 1 != 0;
    for signal in [SIGINT, SIGTERM].into_iter().chain((!nohup).then_some(SIGHUP)) {
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
