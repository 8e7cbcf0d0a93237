//! One module for each measurement.

pub(crate) mod calls;
pub(crate) mod cold_start;
pub(crate) mod cpu;
pub(crate) mod drain;
pub(crate) mod memory;
pub(crate) mod sizes;
