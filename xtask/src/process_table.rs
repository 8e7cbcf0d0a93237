//! Which processes run, from /proc. A process is known by its id and its start: ids are used again, the pair is not.

use std::path::Path;

use nix::unistd::Pid;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    pub(crate) group: i32,
    /// When it began, in clock ticks since the machine's start, with that start's own id.
    pub(crate) started: String,
    /// Ended, and only waiting for its parent to notice.
    zombie: bool,
}

/// The process with this id, unless it has ended.
pub(crate) fn find(pid: i32) -> Option<Process> {
    let _ = nix::sys::wait::waitpid(Pid::from_raw(pid), Some(nix::sys::wait::WaitPidFlag::WNOHANG));
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    parse(&stat, &boot()).filter(|process| !process.zombie)
}

/// The living members of a process group.
pub(crate) fn members(group: i32) -> Vec<Process> {
    let Ok(entries) = std::fs::read_dir("/proc") else { return Vec::new() };
    entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(find)
        .filter(|process| process.group == group)
        .collect()
}

/// What a process was started as, for messages.
pub(crate) fn command_line(pid: i32) -> String {
    let bytes = std::fs::read(Path::new("/proc").join(pid.to_string()).join("cmdline")).unwrap_or_default();
    let line = String::from_utf8_lossy(&bytes).replace('\0', " ");
    line.trim().chars().take(80).collect()
}

fn boot() -> String {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().to_owned()
}

/// Reads `/proc/<pid>/stat`: "pid (name) state ppid pgrp …", where the name may hold spaces and parentheses.
fn parse(stat: &str, boot: &str) -> Option<Process> {
    let (pid, rest) = stat.split_once(" (")?;
    let (_name, rest) = rest.rsplit_once(") ")?;
    let fields: Vec<&str> = rest.split(' ').collect();
    Some(Process {
        pid: pid.parse().ok()?,
        group: fields.get(2)?.parse().ok()?,
        started: format!("{boot}/{}", fields.get(19)?),
        zombie: matches!(*fields.first()?, "Z" | "X"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "4711 (a) b (c)) S 1 4700 4700 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 9 9";

    #[test]
    fn a_name_with_spaces_and_parentheses_does_not_shift_the_fields() {
        let process = parse(STAT, "boot").unwrap();
        let expected = Process { pid: 4711, group: 4700, started: "boot/987654".into(), zombie: false };
        assert_eq!(process, expected);
    }

    #[test]
    fn a_zombie_is_told_from_a_living_process() {
        assert!(parse(&STAT.replace(" S ", " Z "), "boot").unwrap().zombie);
    }

    #[test]
    fn something_else_is_no_process() {
        assert_eq!(parse("", "boot"), None);
        assert_eq!(parse("1 (init) S 0", "boot"), None);
    }

    #[test]
    fn this_process_is_found_and_is_a_member_of_its_group() {
        let pid = i32::try_from(std::process::id()).unwrap();
        let this = find(pid).unwrap();
        assert!(members(this.group).contains(&this));
    }
}
