//! Whole runs, small enough for a build that is not optimised. `cargo xtask simulate` runs them at their full size.

mod arrivals;
mod planted_bugs;
mod random;
mod simulate;

use mimalloc::MiMalloc;

/// The allocator of the C library would take a sixth of the time.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;
