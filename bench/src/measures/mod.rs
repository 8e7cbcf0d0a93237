//! One module a measurement.

pub(crate) mod calls;
pub(crate) mod cold_start;
pub(crate) mod cpu;
pub(crate) mod load;
pub(crate) mod memory;
pub(crate) mod sizes;
