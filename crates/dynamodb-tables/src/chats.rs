use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue;
use aws_types::SdkConfig;
use conversation::ports::{CountMessages, Counted, ReadChats, StoreChats, StoreError};
use conversation::{
    Chat, ChatId, ChatNumber, CreateChat, DeleteChat, Effects, Page, PageRequest, Row, Tally, Timestamp,
    Token,
};

use crate::conditional::{Met, meet};
use crate::count::{Count, Counting, tally};
use crate::item::{
    Item, Malformed, get_item, get_number, get_readable, get_time, has_revision, number, parsed, removed,
    string, time,
};
use crate::listing::Listing;

/// The table of chats.
#[derive(Debug, Clone)]
pub struct Chats {
    client: Client,
    table: String,
}

impl Chats {
    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(config), table: table.to_owned() }
    }

    fn update(&self, id: &ChatId) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).set_key(Some(key(id)))
    }
}

fn key(id: &ChatId) -> Item {
    [("application".to_owned(), string(id.application.as_str())), ("number".to_owned(), number(id.chat))]
        .into()
}

/// A row in which messages are counted already while its chat is not stored is not there for readers.
fn parse(item: &Item) -> Result<Row<Chat>, Malformed> {
    if item.contains_key("deleted_revision") {
        return Ok(Row::Deleted);
    }
    if !item.contains_key("created_at") {
        return Ok(Row::Absent);
    }
    Ok(Row::Live(Chat {
        number: parsed(ChatNumber::new(get_number(item, "number")?), "number")?,
        messages_count: get_readable(item, "messages_count")?,
        created_at: get_time(item, "created_at")?,
        updated_at: get_time(item, "updated_at")?,
    }))
}

impl StoreChats for Chats {
    async fn create(&self, write: &CreateChat) -> Result<i64, StoreError> {
        let update = self
            .update(&write.id)
            // An update and not a put: the ledger of its messages may be there before it.
            .update_expression(
                "SET created_at = :at, created_revision = :revision, updated_at = if_not_exists(updated_at, :at)",
            )
            .condition_expression("attribute_not_exists(created_revision) AND attribute_not_exists(deleted_revision)")
            .expression_attribute_values(":at", time(write.at))
            .expression_attribute_values(":revision", number(write.revision));
        match meet(update).await? {
            Met::Made(_) => Ok(1),
            Met::Refused(row) => Ok(i64::from(has_revision(&row, "created_revision", write.revision)?)),
        }
    }

    async fn delete(&self, write: &DeleteChat) -> Result<i64, StoreError> {
        let update = self
            .update(&write.id)
            .update_expression(
                "SET deleted_revision = :revision REMOVE created_at, updated_at, messages_count, ledger_high, \
                 ledger_missing, ledger_version",
            )
            .condition_expression("attribute_not_exists(deleted_revision)")
            .expression_attribute_values(":revision", number(write.revision))
            .return_values(ReturnValue::AllNew);
        let (Met::Made(tombstone) | Met::Refused(tombstone)) = meet(update).await?;
        Ok(removed(&tombstone, write.revision)?)
    }
}

impl CountMessages for Chats {
    async fn tally(&self, chat: &ChatId) -> Result<Option<Tally>, StoreError> {
        let item = get_item(&self.client, &self.table, key(chat), true).await?;
        if item.as_ref().is_some_and(|item| item.contains_key("deleted_revision")) {
            return Ok(None);
        }
        Ok(Some(tally(item.as_ref())?))
    }

    async fn count(
        &self,
        chat: &ChatId,
        seen: Tally,
        effects: &Effects,
        latest: Timestamp,
    ) -> Result<Counted, StoreError> {
        let counting = Counting {
            client: &self.client,
            table: &self.table,
            key: key(chat),
            count: Count::Messages { latest },
        };
        counting.bring_in(seen, effects).await
    }
}

impl ReadChats for Chats {
    async fn chat(&self, id: &ChatId) -> Result<Row<Chat>, StoreError> {
        match get_item(&self.client, &self.table, key(id), false).await? {
            Some(item) => Ok(parse(&item)?),
            None => Ok(Row::Absent),
        }
    }

    async fn chats(
        &self,
        application: &Token,
        page: &PageRequest<ChatNumber>,
    ) -> Result<Page<Chat, ChatNumber>, StoreError> {
        let listing = Listing {
            client: &self.client,
            table: &self.table,
            index: None,
            partition: ("application", application.as_str()),
            sort: "number",
        };
        listing.page(page, page.after.map(number), |item| Ok(parse(&item)?.live()), |chat| chat.number).await
    }
}
