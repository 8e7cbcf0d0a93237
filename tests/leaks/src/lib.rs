//! Where secrets could be: logs, queues, tables and the index of a stack.

mod event_source;
mod place;
mod queue;

pub use event_source::EventSource;
pub use place::Place;
pub use queue::Queue;
