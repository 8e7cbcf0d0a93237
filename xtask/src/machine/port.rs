//! Ports on loopback.

use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};

use anyhow::{Result, bail};
use procfs::net::{TcpState, tcp, tcp6};
use procfs::process::{FDTarget, Process, all_processes};

/// Fails if the port is taken, and names the process that holds it. `option` chooses another port.
pub(crate) fn require_free(port: u16, whose: &str, option: &str) -> Result<()> {
    if is_free(port) {
        return Ok(());
    }
    let holder = listener(port).map_or_else(
        || "a process of another user".to_owned(),
        |process| {
            let command = process.cmdline().unwrap_or_default().join(" ");
            format!("process {} ({})", process.pid, command.chars().take(80).collect::<String>())
        },
    );
    bail!("port {port} of {whose} is held by {holder}: end that, or choose another port with {option}");
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

/// The process that listens on a port, if this user may see it.
fn listener(port: u16) -> Option<Process> {
    let mut sockets = tcp().into_iter().chain(tcp6()).flatten();
    let socket =
        sockets.find(|socket| socket.state == TcpState::Listen && socket.local_address.port() == port)?;
    let holds = |process: &Process| {
        let mut files = process.fd().into_iter().flatten().flatten();
        files.any(|file| matches!(file.target, FDTarget::Socket(inode) if inode == socket.inode))
    };
    all_processes().ok()?.flatten().find(holds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_for_a_busy_port_names_the_process_that_holds_it() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let error = require_free(port, "the test", "--port").unwrap_err().to_string();
        assert!(error.contains(&std::process::id().to_string()), "{error}");
        drop(listener);
        require_free(port, "the test", "--port").unwrap();
    }

    #[test]
    fn a_connection_is_not_a_listener() {
        let listening = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let connection = std::net::TcpStream::connect(listening.local_addr().unwrap()).unwrap();
        assert!(listener(listening.local_addr().unwrap().port()).is_some());
        assert!(listener(connection.local_addr().unwrap().port()).is_none());
    }
}
