//! Running processes. The kernel reuses process ids, so an id and its start time identify a process.

use procfs::process::{Process, Stat, all_processes};

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
