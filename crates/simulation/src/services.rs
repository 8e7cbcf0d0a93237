//! The services that the functions call. Each behaviour names its source in the documentation of its service.

pub mod dynamodb;
pub mod index;
pub mod sqs;
