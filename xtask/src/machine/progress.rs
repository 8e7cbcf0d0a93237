//! Steps, and waiting with a line of progress every ten seconds.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::interrupt;

const PROGRESS_INTERVAL: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(50);

/// Announces a step, runs it, and prints how long it took.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    interrupt::check()?;
    println!("· {what}");
    let started = Instant::now();
    let done = work()?;
    println!("  done in {:.1} s", started.elapsed().as_secs_f64());
    Ok(done)
}

/// Polls until there is a value, and prints `detail` now and then, if it gives one.
pub(crate) fn poll<T>(
    detail: impl Fn() -> Option<String>,
    mut ask: impl FnMut() -> Result<Option<T>>,
) -> Result<T> {
    let started = Instant::now();
    let mut next = PROGRESS_INTERVAL;
    loop {
        let answer = ask()?;
        interrupt::check()?;
        if let Some(answer) = answer {
            return Ok(answer);
        }
        if started.elapsed() >= next {
            next += PROGRESS_INTERVAL;
            if let Some(detail) = detail() {
                println!("  … {} s  {detail}", started.elapsed().as_secs());
            }
        }
        std::thread::sleep(POLL);
    }
}

/// Polls until there is a value; fails after `timeout` with what `state` says.
pub(crate) fn wait_for<T>(
    what: &str,
    timeout: Duration,
    mut ask: impl FnMut() -> Result<Option<T>>,
    state: impl Fn() -> String,
) -> Result<T> {
    let started = Instant::now();
    poll(
        || Some(what.to_owned()),
        || match ask()? {
            None if started.elapsed() > timeout => {
                bail!("{what}: not within {} s.\n{}", timeout.as_secs(), state())
            }
            answer => Ok(answer),
        },
    )
}

/// The path of a log file and its last lines, for error messages.
pub(crate) fn tail(log: &Path) -> String {
    const LINES: usize = 30;
    let text = read_lossy(log);
    let skipped = text.lines().count().saturating_sub(LINES);
    let lines: Vec<&str> = text.lines().skip(skipped).collect();
    format!("The end of {}:\n{}", log.display(), lines.join("\n"))
}

/// The last line of a log file that is not blank, cut to the width of a terminal.
pub(crate) fn last_line(log: &Path) -> String {
    const WIDTH: usize = 90;
    let text = read_lossy(log);
    let line = text.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    line.trim().chars().take(WIDTH).collect()
}

fn read_lossy(log: &Path) -> String {
    String::from_utf8_lossy(&std::fs::read(log).unwrap_or_default()).into_owned()
}
