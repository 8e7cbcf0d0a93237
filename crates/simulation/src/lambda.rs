//! AWS Lambda: invocations of programs in sandboxes, and the pollers of event sources.

mod function;
mod idle;
mod invocation;
mod poller;
mod program;
mod release;
mod sandbox;
mod state;

pub(crate) use function::FunctionName;
pub(crate) use invocation::{Failure, Lambda};
pub(crate) use poller::EventSource;
#[cfg(feature = "planted-bugs")]
pub(crate) use program::consumer;
pub(crate) use program::{Program, Response};
pub(crate) use release::{CHANGEOVER, Release, in_this_version, sent_by};
pub(crate) use sandbox::Sandboxes;
