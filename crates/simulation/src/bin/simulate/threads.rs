//! Runs on all cores. Virtual time, randomness and the functions' clock belong to a thread, so runs do not affect each other.

use std::num::NonZero;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread::{available_parallelism, scope};

use anyhow::{Result, anyhow};

/// Does the work for each position below `count`, and calls `done` on this thread as soon as one is done.
pub(crate) fn on_all_cores<T: Send>(
    count: usize,
    work: impl Fn(usize) -> Result<T> + Sync,
    mut done: impl FnMut(usize, Result<T>),
) {
    let threads = available_parallelism().map_or(1, NonZero::get).min(count);
    let next = AtomicUsize::new(0);
    let (next, work) = (&next, &work);
    let (sender, receiver) = channel();
    scope(|scope| {
        for _ in 0..threads {
            let sender = sender.clone();
            scope.spawn(move || {
                loop {
                    let position = next.fetch_add(1, Ordering::Relaxed);
                    if position >= count {
                        break;
                    }
                    // What a panic leaves behind belongs to this run alone.
                    let result = catch_unwind(AssertUnwindSafe(|| work(position)));
                    let result = result.unwrap_or_else(|_| Err(anyhow!("the run panicked")));
                    // The receiver outlives the threads.
                    let _ = sender.send((position, result));
                }
            });
        }
        drop(sender);
        for (position, result) in receiver {
            done(position, result);
        }
    });
}
