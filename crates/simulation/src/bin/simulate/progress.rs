//! Progress on stderr: a line that changes each second in a terminal, or a new line every ten seconds elsewhere.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, stderr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use simulation::run::Progress;

/// How far all runs are.
#[derive(Debug)]
pub(crate) struct Display {
    started: Instant,
    is_terminal: bool,
    runs: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    shown: Instant,
    done: usize,
    /// By the position of the run.
    running: BTreeMap<usize, Progress>,
}

/// Returns to the start of the line and clears it.
const CLEAR: &str = "\r\x1b[2K";

impl Display {
    pub(crate) fn new(runs: usize) -> Self {
        let started = Instant::now();
        let state = State { shown: started, done: 0, running: BTreeMap::new() };
        Self { started, is_terminal: stderr().is_terminal(), runs, state: Mutex::new(state) }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run has come so far.
    pub(crate) fn update(&self, run: usize, progress: Progress) {
        let mut state = self.lock();
        state.running.insert(run, progress);
        let interval = Duration::from_secs(if self.is_terminal { 1 } else { 10 });
        if state.shown.elapsed() >= interval {
            state.shown = Instant::now();
            let line = self.line(&state);
            if self.is_terminal { eprint!("{CLEAR}{line}") } else { eprintln!("{line}") }
        }
    }

    /// A run has ended. Clears the line, so that something else can be printed.
    pub(crate) fn end(&self, run: usize) {
        let mut state = self.lock();
        state.running.remove(&run);
        state.done += 1;
        if self.is_terminal {
            eprint!("{CLEAR}");
        }
    }

    fn line(&self, state: &State) -> String {
        let elapsed = self.elapsed().as_secs();
        let running = state.running.values();
        let sent: u32 = running.clone().map(|run| run.sent).sum();
        let writes: u32 = running.clone().map(|run| run.writes).sum();
        let backlog: usize = running.clone().map(|run| run.backlog).sum();
        let runs = match running.clone().next() {
            Some(progress) if self.runs == 1 => format!("{} s of virtual time", progress.now.as_secs()),
            _ => format!("{} of {} runs done, {} running", state.done, self.runs, running.len()),
        };
        format!("… {elapsed} s  {runs}: {sent} of {writes} writes sent, backlog {backlog}")
    }
}
