//! Running processes. The kernel reuses process ids, so an id and its start time identify a process.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use procfs::process::{Process, Stat, all_processes};
use rustix::process::{Pid, Signal, kill_process_group};

/// When this process started: the id of the machine's boot and the clock ticks since then. `None` if it has ended.
pub(crate) fn started(pid: i32) -> Option<String> {
    let stat = running(&Process::new(pid).ok()?)?;
    Some(format!("{}/{}", procfs::sys::kernel::random::boot_id().ok()?, stat.starttime))
}

/// The ids of the running members of a process group.
pub(crate) fn members(group: i32) -> Vec<i32> {
    let processes = all_processes().into_iter().flatten().flatten();
    let stats = processes.filter_map(|process| running(&process));
    stats.filter(|stat| stat.pgrp == group).map(|stat| stat.pid).collect()
}

/// Ends a process group. Fails if a member outlives SIGKILL.
pub(crate) fn end_group(group: i32) -> Result<()> {
    for (signal, timeout) in [(Signal::TERM, 2), (Signal::KILL, 5)] {
        if members(group).is_empty() {
            return Ok(());
        }
        if let Some(group) = Pid::from_raw(group) {
            // Fails if the members have ended by themselves since.
            let _ = kill_process_group(group, signal);
        }
        wait_while(Duration::from_secs(timeout), || !members(group).is_empty());
    }
    if !members(group).is_empty() {
        bail!("process group {group} does not end, not even when killed");
    }
    Ok(())
}

/// Does not heed Ctrl-C: ending processes is how xtask cleans up after it.
pub(crate) fn wait_while(timeout: Duration, condition: impl Fn() -> bool) {
    let started = Instant::now();
    while condition() && started.elapsed() < timeout {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// `None` for a process that has ended, even if its parent has not waited for it yet.
fn running(process: &Process) -> Option<Stat> {
    process.stat().ok().filter(|stat| !matches!(stat.state, 'Z' | 'X'))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn this_process_runs_and_is_a_member_of_its_group() {
        let this = Process::myself().unwrap().stat().unwrap();
        assert!(started(this.pid).unwrap().ends_with(&format!("/{}", this.starttime)));
        assert!(members(this.pgrp).contains(&this.pid));
    }

    #[test]
    fn a_zombie_does_not_run() {
        let mut child = Command::new("true").spawn().unwrap();
        let pid = i32::try_from(child.id()).unwrap();
        while Process::new(pid).unwrap().stat().unwrap().state != 'Z' {
            std::thread::yield_now();
        }
        assert_eq!(started(pid), None);
        child.wait().unwrap();
        assert_eq!(started(pid), None);
    }
}
