//! The services that the functions call. Each behaviour names its source in the documentation of its service.

pub(crate) mod dynamodb;
pub(crate) mod index;
pub(crate) mod sqs;
