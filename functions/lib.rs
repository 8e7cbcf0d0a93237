//! The Lambda functions of Chatlog.
//!
//! Each function has a folder. Its `mod.rs` is a module of this library with a `Handler`: the function's ports, what it does
//! with a request or a batch of records over them, and `from_environment`, which connects the ports to AWS. Tests drive
//! handlers over fakes. `main.rs` is the binary: it builds the handler and starts the Lambda loop.

/// `POST /applications`
#[path = "create-application/mod.rs"]
pub mod create_application;
/// `POST /applications/{token}/chats`
#[path = "create-chat/mod.rs"]
pub mod create_chat;
/// `POST /applications/{token}/chats/{chat}/messages`
#[path = "create-message/mod.rs"]
pub mod create_message;
/// `DELETE /applications/{token}/chats/{chat}`
#[path = "delete-chat/mod.rs"]
pub mod delete_chat;
/// `DELETE /applications/{token}/chats/{chat}/messages/{message}`
#[path = "delete-message/mod.rs"]
pub mod delete_message;
/// Every method that a path has no route of its own for, and CORS preflights.
#[path = "other-methods/mod.rs"]
pub mod other_methods;
/// The queue of writes, to the tables and the index.
#[path = "persist/mod.rs"]
pub mod persist;
/// Every `GET` of applications, chats and messages.
#[path = "read/mod.rs"]
pub mod read;
/// `GET /openapi.json` and `GET /docs`
#[path = "reference/mod.rs"]
pub mod reference;
/// The queue of index requests, to the index.
#[path = "reindex/mod.rs"]
pub mod reindex;
/// `GET` and `POST /applications/{token}/chats/{chat}/messages/search`
#[path = "search/mod.rs"]
pub mod search;
/// `PUT` and `PATCH /applications/{token}`
#[path = "update-application/mod.rs"]
pub mod update_application;
/// `PUT` and `PATCH /applications/{token}/chats/{chat}/messages/{message}`
#[path = "update-message/mod.rs"]
pub mod update_message;
