use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// A message on a queue.
#[derive(Debug, Clone)]
pub(crate) struct Message {
    pub(crate) id: Arc<str>,
    /// The message group; the message's own id in a standard queue, which has no groups.
    pub(crate) group: Arc<str>,
    pub(crate) body: Arc<str>,
    /// The message attributes of type `String`.
    pub(crate) attributes: BTreeMap<String, String>,
    pub(super) sent: Duration,
    pub(super) receives: u32,
    /// Until when it is hidden, if it is in flight.
    pub(super) hidden_until: Option<Duration>,
}

impl Message {
    /// The message group, if the queue has groups.
    pub(crate) fn group_id(&self) -> Option<&str> {
        (self.group != self.id).then_some(&*self.group)
    }
}

/// A message as one receive returned it.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) message: Message,
    pub(super) receipt: Receipt,
}

impl Received {
    /// The receipt handle of this receive. An earlier receive of the same message has another one.
    pub(crate) fn receipt_handle(&self) -> String {
        let Receipt { position, receives } = self.receipt;
        format!("{position}-{receives}")
    }

    /// How often the message was received, this time included.
    pub(crate) fn receives(&self) -> u32 {
        self.receipt.receives
    }
}

/// One receive of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Receipt {
    pub(super) position: u64,
    /// How often the message had been received: an older receipt is not valid.
    pub(super) receives: u32,
}

impl Receipt {
    pub(super) fn parse(handle: &str) -> Option<Self> {
        let (position, receives) = handle.split_once('-')?;
        Some(Self { position: position.parse().ok()?, receives: receives.parse().ok()? })
    }
}

/// The id of the message at a position.
pub(super) fn message_id(position: u64) -> String {
    format!("00000000-0000-0000-0000-{position:012}")
}
