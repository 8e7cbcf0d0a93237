//! What clients see, over HTTP, on a local stack.

mod alone;
mod changes;
mod conversation;
mod cors;
mod gateway;
mod idempotency;
mod invalid_requests;
mod message_bodies;
mod methods;
mod operator;
mod readme;
mod reference;
mod tokens;
