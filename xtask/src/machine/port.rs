//! Ports on loopback.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use anyhow::{Result, bail};
use procfs::net::{TcpState, tcp, tcp6};
use procfs::process::{FDTarget, Process, all_processes};

/// Fails if the port is in use, and names the process that listens on it. `option` chooses another port.
pub(crate) fn require_free(port: u16, whose: &str, option: &str) -> Result<()> {
    if is_free(port) {
        return Ok(());
    }
    let user = describe(&listeners(port));
    bail!("port {port} ({whose}) is in use by {user}. Stop it, or choose another port with {option}");
}

/// Fails unless a member of this process group listens on the port.
pub(crate) fn require_listener_of_group(port: u16, whose: &str, group: i32) -> Result<()> {
    let listeners = listeners(port);
    if listeners.iter().any(|process| is_member(process, group)) {
        return Ok(());
    }
    let user = describe(&listeners);
    bail!("{user} listens on port {port} instead of this stack's {whose}. Stop it and try again");
}

pub(crate) fn is_free(port: u16) -> bool {
    let free = |listener: std::io::Result<TcpListener>| match listener {
        Ok(_) => true,
        // On a machine without IPv6 nobody listens there.
        Err(error) => error.kind() == std::io::ErrorKind::AddrNotAvailable,
    };
    free(TcpListener::bind((Ipv4Addr::LOCALHOST, port)))
        && free(TcpListener::bind((Ipv6Addr::LOCALHOST, port)))
}

/// Fails if a member of this process group listens where other machines reach it.
pub(crate) fn require_loopback(whose: &str, group: i32) -> Result<()> {
    let reachable = listeners_at(|address| !is_loopback(address));
    if let Some(process) = reachable.into_iter().find(|process| is_member(process, group)) {
        bail!("{whose} listens not only on this machine: {}", describe(&[process]));
    }
    Ok(())
}

fn is_member(process: &Process, group: i32) -> bool {
    process.stat().is_ok_and(|stat| stat.pgrp == group)
}

/// Java listens on IPv4 addresses in their IPv6 form.
fn is_loopback(address: SocketAddr) -> bool {
    address.ip().to_canonical().is_loopback()
}

/// The processes that listen on a port, if this user may see them.
fn listeners(port: u16) -> Vec<Process> {
    listeners_at(|address| address.port() == port)
}

fn listeners_at(is_meant: impl Fn(SocketAddr) -> bool) -> Vec<Process> {
    let sockets = tcp().into_iter().chain(tcp6()).flatten();
    let listening =
        sockets.filter(|socket| socket.state == TcpState::Listen && is_meant(socket.local_address));
    let inodes: Vec<u64> = listening.map(|socket| socket.inode).collect();
    let listens = |process: &Process| {
        let mut files = process.fd().into_iter().flatten().flatten();
        files.any(|file| matches!(file.target, FDTarget::Socket(inode) if inodes.contains(&inode)))
    };
    all_processes().into_iter().flatten().flatten().filter(listens).collect()
}

fn describe(processes: &[Process]) -> String {
    let Some(process) = processes.first() else { return "a process of another user".to_owned() };
    let command = process.cmdline().unwrap_or_default().join(" ");
    format!("process {} ({})", process.pid, command.chars().take(80).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen() -> (TcpListener, u16) {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        (listener, port)
    }

    #[test]
    fn the_error_for_a_busy_port_names_the_process_that_listens_on_it() {
        let (listener, port) = listen();
        let error = require_free(port, "the test", "--port").unwrap_err().to_string();
        assert!(error.contains(&std::process::id().to_string()), "{error}");
        drop(listener);
        require_free(port, "the test", "--port").unwrap();
    }

    #[test]
    fn only_the_group_of_the_listener_passes() {
        let (_listener, port) = listen();
        let group = Process::myself().unwrap().stat().unwrap().pgrp;
        require_listener_of_group(port, "the test", group).unwrap();
        let error = require_listener_of_group(port, "the test", -1).unwrap_err().to_string();
        assert!(error.contains(&std::process::id().to_string()), "{error}");
    }

    #[test]
    fn an_address_of_this_machine_alone_is_told_from_others() {
        for (address, expected) in [
            ("127.0.0.1:80", true),
            ("[::1]:80", true),
            ("[::ffff:127.0.0.1]:80", true),
            ("0.0.0.0:80", false),
            ("[::]:80", false),
            ("192.0.2.1:80", false),
        ] {
            assert_eq!(is_loopback(address.parse().unwrap()), expected, "{address}");
        }
    }

    #[test]
    fn a_connection_is_not_a_listener() {
        let (_listener, port) = listen();
        let connection = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
        assert!(!listeners(port).is_empty());
        assert!(listeners(connection.local_addr().unwrap().port()).is_empty());
    }
}
