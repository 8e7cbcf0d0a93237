//! What the tiers of the tests run, and the stack that some of them need.

pub(crate) mod checks;
pub(crate) mod clients;
pub(crate) mod summary;
pub(crate) mod test_stack;
pub(crate) mod upgrade;
