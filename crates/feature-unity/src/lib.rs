//! No code: every function depends on this crate so that its dependencies have the same features
//! in every function.
//!
//! Cargo compiles a dependency once for each set of features, and everything above it again. SAM
//! builds the functions one by one; without this, most of the AWS SDK would be compiled once for
//! each function. What differs shows in `cargo tree --package FUNCTION --format '{p} {f}'`.
