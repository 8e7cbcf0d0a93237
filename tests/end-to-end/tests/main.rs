//! What clients see, over HTTP, on a local stack.

mod alone;
mod application_deletion;
mod changes;
mod conversation;
mod cors;
mod deletion;
mod gateway;
mod idempotency;
mod invalid_requests;
mod message_bodies;
mod methods;
mod operator;
mod readme;
mod redelivery;
mod reference;
mod tokens;
