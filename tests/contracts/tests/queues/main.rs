//! Queues: what is sent arrives unchanged, and in order within its chat.

mod dead_letters;
mod index_requests;
mod own_queue;
mod sweeps;
mod writes;
