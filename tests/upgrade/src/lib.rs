//! The programs of two releases, the order in which a deployment replaces them, and clients that use them meanwhile.

mod clients;
mod index;
mod load;
mod order;
mod programs;
mod queues;

pub use index::{HeldUp, forget_index};
pub use load::Load;
pub use order::groups;
pub use programs::{Programs, Release};
pub use queues::{dead_letters, wait_until_empty};
