//! The form of a [`Write`](conversation::Write) on the queue: JSON with a version.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use decode::decode_write;
pub use encode::encode_write;

const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Envelope<'a> {
    version: u32,
    application: Cow<'a, str>,
    /// Absent in a write to an application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chat: Option<u64>,
    #[serde(flatten)]
    record: Record<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "write", rename_all = "snake_case")]
enum Record<'a> {
    DeleteApplication {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<u64>,
    },
    CreateChat {
        revision: u64,
        at: i64,
    },
    DeleteChat {
        revision: u64,
    },
    SweepChat {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<u64>,
    },
    CreateMessage {
        number: u64,
        revision: u64,
        body: Cow<'a, str>,
        at: i64,
    },
    UpdateMessage {
        number: u64,
        revision: u64,
        body: Cow<'a, str>,
        at: i64,
    },
    DeleteMessage {
        number: u64,
        revision: u64,
        at: i64,
    },
}
