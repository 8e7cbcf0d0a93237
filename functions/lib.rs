//! The Lambda functions of Chatlog.
//!
//! Each function has a folder. Its `mod.rs` is a module of this library with a `Handler`: the function's ports, what it does
//! with a request or a batch of records over them, and `from_environment`, which connects the ports to AWS. Tests drive
//! handlers over fakes. `main.rs` is the binary: it builds the handler and starts the Lambda loop.

mod access;
mod chat_deletion;
#[path = "create-application/mod.rs"]
pub mod create_application;
#[path = "create-chat/mod.rs"]
pub mod create_chat;
#[path = "create-message/mod.rs"]
pub mod create_message;
#[path = "delete-application/mod.rs"]
pub mod delete_application;
#[path = "delete-chat/mod.rs"]
pub mod delete_chat;
#[path = "delete-message/mod.rs"]
pub mod delete_message;
#[path = "other-methods/mod.rs"]
pub mod other_methods;
#[path = "persist/mod.rs"]
pub mod persist;
#[path = "read/mod.rs"]
pub mod read;
#[path = "reference/mod.rs"]
pub mod reference;
#[path = "reindex/mod.rs"]
pub mod reindex;
#[path = "rotate-token/mod.rs"]
pub mod rotate_token;
#[path = "search/mod.rs"]
pub mod search;
pub mod sweep;
#[path = "update-application/mod.rs"]
pub mod update_application;
#[path = "update-message/mod.rs"]
pub mod update_message;
