//! What is being done and for how long; long steps say that they are alive.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::interrupt;

const SIGN_OF_LIFE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(100);

/// Announces a step, does it, and says how long it took.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    interrupt::check()?;
    println!("· {what}");
    let started = Instant::now();
    let done = work()?;
    println!("  done in {:.1} s", started.elapsed().as_secs_f64());
    Ok(done)
}

/// Prints a line now and then while something long goes on.
#[derive(Debug)]
pub(crate) struct SignOfLife {
    started: Instant,
    last: Instant,
}

impl SignOfLife {
    pub(crate) fn start() -> Self {
        Self { started: Instant::now(), last: Instant::now() }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(crate) fn show(&mut self, detail: impl FnOnce() -> String) {
        if self.last.elapsed() >= SIGN_OF_LIFE {
            self.last = Instant::now();
            println!("  … {} s  {}", self.started.elapsed().as_secs(), detail());
        }
    }
}

/// Asks again and again until there is an answer; past the deadline, fails with what `state` says.
pub(crate) fn wait_for<T>(
    what: &str,
    deadline: Duration,
    mut ask: impl FnMut() -> Result<Option<T>>,
    state: impl Fn() -> String,
) -> Result<T> {
    let mut life = SignOfLife::start();
    loop {
        if let Some(answer) = ask()? {
            return Ok(answer);
        }
        interrupt::check()?;
        if life.elapsed() > deadline {
            bail!("{what}: not within {} s.\n{}", deadline.as_secs(), state());
        }
        life.show(|| what.to_owned());
        std::thread::sleep(POLL);
    }
}

/// The last lines of a log file, with its path, for error messages.
pub(crate) fn tail(log: &Path) -> String {
    const LINES: usize = 30;
    let bytes = std::fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes);
    let mut lines: Vec<&str> = text.lines().rev().take(LINES).collect();
    lines.reverse();
    format!("The end of {}:\n{}", log.display(), lines.join("\n"))
}
