//! What happened in a run, line by line.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The trace of a run. Clones share it. Two runs with one seed have the same trace, byte by byte.
#[derive(Debug, Clone, Default)]
pub struct Trace(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    keeps_lines: bool,
    start: Duration,
    lines: String,
    digest: u64,
    line: String,
}

impl Default for State {
    fn default() -> Self {
        Self {
            keeps_lines: false,
            start: Duration::ZERO,
            lines: String::new(),
            digest: BASIS,
            line: String::new(),
        }
    }
}

/// The offset basis and the prime of the hash FNV-1a with 64 bits.
const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

impl Trace {
    /// A trace that keeps its lines. Others keep only their digest.
    #[must_use]
    pub fn with_lines() -> Self {
        Self(Arc::new(Mutex::new(State { keeps_lines: true, ..State::default() })))
    }

    /// Makes the times of later lines relative to `start`.
    pub(crate) fn start_at(&self, start: Duration) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).start = start;
    }

    pub(crate) fn line(&self, at: Duration, text: fmt::Arguments<'_>) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut line = std::mem::take(&mut state.line);
        line.clear();
        // Writing to a string cannot fail.
        let _ = writeln!(line, "{:>12.3} {text}", at.as_secs_f64() - state.start.as_secs_f64());
        state.digest =
            line.bytes().fold(state.digest, |digest, byte| (digest ^ u64::from(byte)).wrapping_mul(PRIME));
        if state.keeps_lines {
            state.lines.push_str(&line);
        }
        state.line = line;
    }

    /// A hash of all lines.
    #[must_use]
    pub fn digest(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).digest
    }

    /// All lines; empty unless they are kept.
    #[must_use]
    pub fn lines(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).lines.clone()
    }
}
