//! Ports on loopback: which are free, and who holds one that is not.

use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::ops::RangeInclusive;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::port_holder::holder;
use crate::process_table;
use crate::stack_home::{StackHome, read_json, write_json};

/// The only ports that the runner of OpenSearch serves on.
const OPENSEARCH: RangeInclusive<u16> = 9201..=9299;

/// Where to look for free ports.
#[derive(Debug, Clone)]
pub(crate) struct Ranges {
    aws: RangeInclusive<u16>,
    opensearch: RangeInclusive<u16>,
}

pub(crate) const OF_UP: Ranges = Ranges { aws: 4566..=4599, opensearch: 9201..=9249 };
/// Apart from those of `up`, which may be down and come back for its own.
pub(crate) const OF_TESTS: Ranges = Ranges { aws: 4600..=4699, opensearch: 9250..=9299 };

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
pub(crate) fn of(home: &StackHome, wishes: Wishes, ranges: Ranges) -> Result<Ports> {
    let before = read_json::<Ports>(&home.ports()).filter(|_| home.has_data());
    let ports = choose(before, wishes, ranges, is_free)?;
    write_json(&home.ports(), &ports)?;
    Ok(ports)
}

fn choose(
    before: Option<Ports>,
    wishes: Wishes,
    ranges: Ranges,
    is_free: impl Fn(u16) -> bool,
) -> Result<Ports> {
    if let Some(wish) = wishes.opensearch.filter(|wish| !OPENSEARCH.contains(wish)) {
        bail!("OpenSearch cannot listen on port {wish}: choose one from 9201 to 9299");
    }
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
    let first_free = |range: RangeInclusive<u16>| {
        let ends = (*range.start(), *range.end());
        let free = range.into_iter().find(|port| is_free(*port));
        free.with_context(|| format!("no port from {} to {} is free", ends.0, ends.1))
    };
    Ok(Ports {
        aws: wishes.aws.map_or_else(|| first_free(ranges.aws), Ok)?,
        opensearch: wishes.opensearch.map_or_else(|| first_free(ranges.opensearch), Ok)?,
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

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: Ports = Ports { aws: 4570, opensearch: 9210 };

    #[test]
    fn the_first_free_ports_are_taken() {
        let ports = choose(None, Wishes::default(), OF_UP, |port| port != 4566 && port != 9201).unwrap();
        assert_eq!(ports, Ports { aws: 4567, opensearch: 9202 });
    }

    #[test]
    fn a_wish_is_taken_even_if_busy_so_that_the_check_can_name_who_holds_it() {
        let wishes = Wishes { aws: Some(5000), opensearch: Some(9250) };
        assert_eq!(choose(None, wishes, OF_UP, |_| false).unwrap(), Ports { aws: 5000, opensearch: 9250 });
    }

    #[test]
    fn a_stack_with_data_keeps_its_ports_and_refuses_another() {
        assert_eq!(choose(Some(BEFORE), Wishes::default(), OF_UP, |_| false).unwrap(), BEFORE);
        let other = Wishes { aws: Some(4566), opensearch: None };
        assert!(choose(Some(BEFORE), other, OF_UP, |_| true).unwrap_err().to_string().contains("4570"));
    }

    #[test]
    fn no_free_port_and_one_that_opensearch_refuses_are_errors() {
        assert!(choose(None, Wishes::default(), OF_UP, |_| false).is_err());
        assert!(choose(None, Wishes { aws: None, opensearch: Some(9300) }, OF_UP, |_| true).is_err());
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
