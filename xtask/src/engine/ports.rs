//! The ports of a stack.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use fs_err as fs;
use serde::{Deserialize, Serialize};

use crate::machine::{json_file, lock, port};
use crate::stack_folder::StackFolder;

/// The only ports that the runner of OpenSearch can serve on.
const OPENSEARCH: RangeInclusive<u16> = 9201..=9299;

/// Where to look for free ports.
#[derive(Debug, Clone)]
struct Ranges {
    aws: RangeInclusive<u16>,
    opensearch: RangeInclusive<u16>,
}

const UP: Ranges = Ranges { aws: 4566..=4599, opensearch: 9201..=9249 };
/// Not those of `up`: its stack may be down and return to its ports.
const TESTS: Ranges = Ranges { aws: 4600..=4699, opensearch: 9250..=9299 };

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ports {
    pub(crate) aws: u16,
    pub(crate) opensearch: u16,
}

/// The ports that the user asks for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RequestedPorts {
    pub(crate) aws: Option<u16>,
    pub(crate) opensearch: Option<u16>,
}

/// Chooses the ports of the stack of `up` and remembers them: those that its data was made on, the requested ones, or the first free
/// ones.
pub(crate) fn assign(folder: &StackFolder, requested: RequestedPorts) -> Result<Ports> {
    let before = json_file::read::<Ports>(&file(&folder.path)).filter(|_| folder.data().exists());
    let ports = choose(before, requested, &UP, port::is_free)?;
    json_file::write(&file(&folder.path), &ports)?;
    Ok(ports)
}

/// Chooses the ports of a stack of tests and remembers them: the first free ones that no stack beside has chosen. That one may not listen
/// on them yet. `lock` lets one process at a time choose.
pub(crate) fn assign_for_tests(folder: &StackFolder, lock: &Path) -> Result<Ports> {
    let _lock = lock::acquire(lock, "another test run")?;
    let beside = folder.path.parent().and_then(|all| fs::read_dir(all).ok()).into_iter().flatten().flatten();
    let taken: Vec<Ports> = beside.filter_map(|other| json_file::read(&file(&other.path()))).collect();
    let is_free =
        |port| taken.iter().all(|other| other.aws != port && other.opensearch != port) && port::is_free(port);
    let ports = choose(None, RequestedPorts::default(), &TESTS, is_free)?;
    json_file::write(&file(&folder.path), &ports)?;
    Ok(ports)
}

fn file(folder: &Path) -> PathBuf {
    folder.join("ports.json")
}

fn choose(
    before: Option<Ports>,
    requested: RequestedPorts,
    ranges: &Ranges,
    is_free: impl Fn(u16) -> bool,
) -> Result<Ports> {
    if let Some(port) = requested.opensearch.filter(|port| !OPENSEARCH.contains(port)) {
        bail!("OpenSearch cannot listen on port {port}: choose one from 9201 to 9299");
    }
    if let Some(before) = before {
        if requested.aws.is_some_and(|port| port != before.aws) {
            bail!(
                "the stack's data was made on port {}, which is part of its queues' addresses: keep that port, or \
                 start anew after `cargo xtask down --erase`",
                before.aws
            );
        }
        return Ok(Ports { aws: before.aws, opensearch: requested.opensearch.unwrap_or(before.opensearch) });
    }
    let first_free = |range: &RangeInclusive<u16>| {
        let free = range.clone().find(|port| is_free(*port));
        free.with_context(|| format!("no port from {} to {} is free", range.start(), range.end()))
    };
    Ok(Ports {
        aws: requested.aws.map_or_else(|| first_free(&ranges.aws), Ok)?,
        opensearch: requested.opensearch.map_or_else(|| first_free(&ranges.opensearch), Ok)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::aws_engine::AwsEngine;

    const BEFORE: Ports = Ports { aws: 4570, opensearch: 9210 };

    #[test]
    fn the_first_free_ports_are_chosen() {
        let is_free = |port| port != 4566 && port != 9201;
        let ports = choose(None, RequestedPorts::default(), &UP, is_free).unwrap();
        assert_eq!(ports, Ports { aws: 4567, opensearch: 9202 });
    }

    /// The check before the start then names the process that holds it.
    #[test]
    fn a_requested_port_is_chosen_even_if_it_is_busy() {
        let requested = RequestedPorts { aws: Some(5000), opensearch: Some(9250) };
        let ports = choose(None, requested, &UP, |_| false).unwrap();
        assert_eq!(ports, Ports { aws: 5000, opensearch: 9250 });
    }

    #[test]
    fn a_stack_with_data_keeps_its_ports_and_rejects_another() {
        assert_eq!(choose(Some(BEFORE), RequestedPorts::default(), &UP, |_| false).unwrap(), BEFORE);
        let other = RequestedPorts { aws: Some(4566), opensearch: None };
        assert!(choose(Some(BEFORE), other, &UP, |_| true).unwrap_err().to_string().contains("4570"));
    }

    #[test]
    fn stacks_of_tests_have_different_ports() {
        let all = tempfile::tempdir().unwrap();
        let assign = |name| {
            let folder = StackFolder::of_tests(all.path().join(name), AwsEngine::default());
            assign_for_tests(&folder, &all.path().join("lock")).unwrap()
        };
        let (first, second) = (assign("1"), assign("2"));
        assert!(first.aws != second.aws && first.opensearch != second.opensearch, "{first:?} {second:?}");
    }

    #[test]
    fn no_free_port_is_an_error() {
        assert!(choose(None, RequestedPorts::default(), &UP, |_| false).is_err());
    }

    #[test]
    fn a_port_that_opensearch_cannot_use_is_an_error() {
        let requested = RequestedPorts { aws: None, opensearch: Some(9300) };
        assert!(choose(None, requested, &UP, |_| true).is_err());
    }
}
