//! AWS Lambda: invocations in sandboxes, and the pollers of event sources.

mod invocation;
mod poller;
mod program;
mod release;

pub(crate) use invocation::{Failure, Lambda};
pub(crate) use poller::{Source, poll};
pub(crate) use program::Program;
pub(crate) use program::{Programs, Response};
pub(crate) use release::{Release, in_this_version, sent_by};
