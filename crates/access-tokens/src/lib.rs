//! Tenants' tokens.
//!
//! A token is the application's id and a version, with a MAC over both: 16 + 4 + 28 bytes as 64 URL-safe characters. It
//! can be verified from itself and the signing key, without a call to any store. The domain knows the id and the version
//! only.

mod signing_keys;
mod token;

pub use signing_keys::SigningKeys;
pub use token::Token;
