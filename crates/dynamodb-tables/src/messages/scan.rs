use conversation::ports::StoreError;
use conversation::{ApplicationId, ChatId, ChatNumber, IndexChange, MessageId};

use super::Messages;
use super::row::{index_change, message_number};
use crate::ScanPosition;
use crate::item::{Item, Malformed, approximate_rows, get_number, get_string, item, number, parsed, string};
use crate::scan::{ScannedPage, scan_page};

/// A page of the whole table.
#[derive(Debug)]
pub struct ScannedMessages {
    /// What brings an index to the state of the page's rows. A tombstone removes its message.
    pub changes: Vec<IndexChange>,
    /// The rows of the page.
    pub rows: usize,
    /// The rows that no release can read: another program wrote them.
    pub unreadable: Vec<ScanPosition>,
    /// The read units that the page cost.
    pub units: f64,
    /// Where the next page begins; `None` if this is the last one.
    pub next: Option<ScanPosition>,
}

impl Messages {
    /// The rows of the table, as DynamoDB counted them within the last six hours.
    ///
    /// # Errors
    /// The table could not be described.
    pub async fn approximate_rows(&self) -> Result<u64, StoreError> {
        approximate_rows(&self.client, &self.table).await
    }

    /// Reads the rows after a position, in no order that means anything, up to 1 MB of them or `limit` rows. The read is consistent: it
    /// has every write that completed before it.
    ///
    /// # Errors
    /// The table could not be read, or a newer release wrote one of the rows.
    pub async fn scan(
        &self,
        after: Option<&ScanPosition>,
        limit: i32,
    ) -> Result<ScannedMessages, StoreError> {
        let start =
            after.map(|after| item([("chat", string(&after.chat)), ("number", number(after.number))]));
        let ScannedPage { items, units, next } = scan_page(&self.client, &self.table, start, limit).await?;
        let next = next.map(|key| position(&key)).transpose()?;
        let rows = items.len();
        let (mut changes, mut unreadable) = (Vec::new(), Vec::new());
        for item in items {
            let position = position(&item)?;
            match change(item) {
                Ok(change) => changes.extend(change),
                Err(newer @ Malformed::NewerVersion(_)) => return Err(newer.into()),
                Err(Malformed::Attribute(_)) => unreadable.push(position),
            }
        }
        Ok(ScannedMessages { changes, rows, unreadable, units, next })
    }
}

fn position(item: &Item) -> Result<ScanPosition, Malformed> {
    Ok(ScanPosition { chat: get_string(item, "chat")?.to_owned(), number: get_number(item, "number")? })
}

fn change(item: Item) -> Result<Option<IndexChange>, Malformed> {
    let chat = parsed(chat_id(get_string(&item, "chat")?).ok_or(()), "chat")?;
    index_change(&MessageId { chat, message: message_number(&item)? }, item)
}

/// The chat of a partition key.
pub(crate) fn chat_id(key: &str) -> Option<ChatId> {
    let (application, chat) = key.split_once('#')?;
    Some(ChatId { application: ApplicationId::parse(application).ok()?, chat: ChatNumber::parse(chat).ok()? })
}
