//! Ports on loopback: which are free, and who holds one that is not.

use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::ops::RangeInclusive;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::process_table;
use crate::stack_home::{StackHome, read_json, write_json};

/// Where MiniStack listens if nothing else is asked for.
const AWS: RangeInclusive<u16> = 4566..=4599;
/// The only ones the runner of OpenSearch serves on.
const OPENSEARCH: RangeInclusive<u16> = 9201..=9299;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ports {
    pub(crate) aws: u16,
    pub(crate) opensearch: u16,
}

/// Ports that the user asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wishes {
    pub(crate) aws: Option<u16>,
    pub(crate) opensearch: Option<u16>,
}

/// The ports of a stack: those it has used before (its data names them), those asked for, or the first free ones.
pub(crate) fn of(home: &StackHome, wishes: Wishes) -> Result<Ports> {
    let before = read_json::<Ports>(&home.ports()).filter(|_| home.has_data());
    let ports = choose(before, wishes, is_free)?;
    write_json(&home.ports(), &ports)?;
    Ok(ports)
}

fn choose(before: Option<Ports>, wishes: Wishes, is_free: impl Fn(u16) -> bool) -> Result<Ports> {
    if let Some(before) = before {
        if wishes.aws.is_some_and(|wish| wish != before.aws) {
            bail!(
                "the stack's data was made on port {}, and its queues' addresses name it: keep that port, or start \
                 anew with `cargo xtask down --erase`",
                before.aws
            );
        }
        return Ok(Ports { aws: before.aws, opensearch: wishes.opensearch.unwrap_or(before.opensearch) });
    }
    if let Some(wish) = wishes.opensearch.filter(|wish| !OPENSEARCH.contains(wish)) {
        bail!("OpenSearch cannot listen on port {wish}: choose one from 9201 to 9299");
    }
    let first_free = |range: RangeInclusive<u16>| {
        let ends = (*range.start(), *range.end());
        let free = range.into_iter().find(|port| is_free(*port));
        free.with_context(|| format!("no port from {} to {} is free", ends.0, ends.1))
    };
    Ok(Ports {
        aws: wishes.aws.map_or_else(|| first_free(AWS), Ok)?,
        opensearch: wishes.opensearch.map_or_else(|| first_free(OPENSEARCH), Ok)?,
    })
}

/// Fails with the name of who holds the port, if somebody does.
pub(crate) fn require_free(port: u16, whose: &str, option: &str) -> Result<()> {
    if is_free(port) {
        return Ok(());
    }
    let holder = holder(port).map_or_else(
        || "by a process of another user".to_owned(),
        |pid| format!("by process {pid} ({})", process_table::command_line(pid)),
    );
    bail!("port {port} of {whose} is held {holder}: end that, or choose another one with {option}");
}

fn is_free(port: u16) -> bool {
    let free = |listener: std::io::Result<TcpListener>| match listener {
        Ok(_) => true,
        // A machine without IPv6 has nobody listening there.
        Err(error) => error.kind() == std::io::ErrorKind::AddrNotAvailable,
    };
    free(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))
        && free(TcpListener::bind((Ipv6Addr::LOCALHOST, port)))
}

/// The process that listens on a port, as far as this user may know.
fn holder(port: u16) -> Option<i32> {
    let tables =
        ["/proc/net/tcp", "/proc/net/tcp6"].map(|path| std::fs::read_to_string(path).unwrap_or_default());
    let inode = tables.iter().find_map(|table| listening_inode(table, port))?;
    let socket = format!("socket:[{inode}]");
    let processes = std::fs::read_dir("/proc").ok()?;
    processes.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse::<i32>().ok()).find(|pid| {
        let Ok(files) = std::fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
        files
            .filter_map(|file| std::fs::read_link(file.ok()?.path()).ok())
            .any(|target| target.as_os_str() == socket.as_str())
    })
}

/// Finds the socket in state LISTEN (0A) on a port in a table of `/proc/net/tcp`.
fn listening_inode(table: &str, port: u16) -> Option<&str> {
    let suffix = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let listens = fields.get(1)?.ends_with(&suffix) && *fields.get(3)? == "0A";
        listens.then(|| fields.get(9).copied()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: Ports = Ports { aws: 4570, opensearch: 9210 };

    #[test]
    fn the_first_free_ports_are_taken() {
        let ports = choose(None, Wishes::default(), |port| port != 4566 && port != 9201).unwrap();
        assert_eq!(ports, Ports { aws: 4567, opensearch: 9202 });
    }

    #[test]
    fn a_wish_is_taken_even_if_busy_so_that_the_check_can_name_who_holds_it() {
        let wishes = Wishes { aws: Some(5000), opensearch: Some(9250) };
        assert_eq!(choose(None, wishes, |_| false).unwrap(), Ports { aws: 5000, opensearch: 9250 });
    }

    #[test]
    fn a_stack_with_data_keeps_its_ports_and_refuses_another() {
        assert_eq!(choose(Some(BEFORE), Wishes::default(), |_| false).unwrap(), BEFORE);
        let other = Wishes { aws: Some(4566), opensearch: None };
        assert!(choose(Some(BEFORE), other, |_| true).unwrap_err().to_string().contains("4570"));
    }

    #[test]
    fn no_free_port_and_one_that_opensearch_refuses_are_errors() {
        assert!(choose(None, Wishes::default(), |_| false).is_err());
        assert!(choose(None, Wishes { aws: None, opensearch: Some(9300) }, |_| true).is_err());
    }

    #[test]
    fn a_busy_port_is_reported_with_the_process_that_holds_it() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let error = require_free(port, "the test", "--port").unwrap_err().to_string();
        assert!(error.contains(&std::process::id().to_string()), "{error}");
        drop(listener);
        require_free(port, "the test", "--port").unwrap();
    }
}
