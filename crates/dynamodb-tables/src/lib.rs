//! The tables of Chatlog in Amazon DynamoDB, behind the ports of [`conversation`].
//!
//! Each struct is one table (or what one function does with it) and holds only the table's name and
//! a client, so that a function's main names exactly the tables its IAM policy allows.
//!
//! | table | key | items |
//! |---|---|---|
//! | counters | `id` | the last number and revision given out, an item for each application and chat |
//! | applications | `token` | applications, with `chats_count` and its ledger |
//! | chats | `application`, `number` | chats, with `messages_count` and its ledger |
//! | messages | `chat`, `number` | messages |
//! | keys | `id` | idempotency keys, with what was decided under them |

mod applications;
mod chats;
mod conditional;
mod count;
mod counters;
mod item;
mod keys;
mod listing;
mod messages;
mod sweep;

pub use applications::{Applications, NewApplications};
pub use chats::Chats;
pub use counters::Counters;
pub use keys::Keys;
pub use messages::Messages;
