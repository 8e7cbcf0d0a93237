use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use deployment_template::Function;

/// The name of a function in the template, such as `create-message`. Clones share it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct FunctionName(Arc<str>);

impl FunctionName {
    pub(crate) fn new(name: &str) -> Self {
        Self(name.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for FunctionName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What the template gives each invocation of a function.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) timeout: Duration,
    pub(super) memory_mib: u32,
}

impl From<&Function> for Limits {
    fn from(function: &Function) -> Self {
        Self { timeout: function.timeout, memory_mib: function.memory_mib }
    }
}
