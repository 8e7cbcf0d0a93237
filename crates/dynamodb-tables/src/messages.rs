use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::ReturnValue;
use aws_types::SdkConfig;
use conversation::ports::{Applied, ReadCurrent, ReadMessages, StoreError, StoreMessages};
use conversation::{
    Body, ChatId, CreateMessage, DeleteMessage, IndexChange, IndexedMessage, Message, MessageId,
    MessageNumber, Page, PageRequest, Revision, Row, UpdateMessage,
};

use crate::conditional::{Met, meet};
use crate::item::{
    Item, Malformed, get_count, get_item, get_number, get_time, has_revision, number, parsed, removed,
    string, take_string, time,
};
use crate::listing::Listing;

/// The table of messages.
#[derive(Debug, Clone)]
pub struct Messages {
    pub(crate) client: Client,
    pub(crate) table: String,
}

impl Messages {
    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(config), table: table.to_owned() }
    }
}

pub(crate) fn key(id: &MessageId) -> Item {
    [("chat".to_owned(), string(id.chat.key())), ("number".to_owned(), number(id.message))].into()
}

fn parse(mut item: Item) -> Result<Row<Message>, Malformed> {
    if item.contains_key("deleted_revision") {
        return Ok(Row::Deleted);
    }
    // An update may have come before the creation.
    if !item.contains_key("created_revision") {
        return Ok(Row::Absent);
    }
    Ok(Row::Live(Message {
        body: parsed(Body::parse(take_string(&mut item, "body")?), "body")?,
        number: parsed(MessageNumber::new(get_number(&item, "number")?), "number")?,
        created_at: get_time(&item, "created_at")?,
        updated_at: get_time(&item, "updated_at")?,
    }))
}

fn parse_with_revision(chat: &ChatId, item: Item) -> Result<Row<IndexedMessage>, Malformed> {
    let revision = get_count(&item, "revision")?;
    Ok(match parse(item)? {
        Row::Live(message) => {
            let revision = parsed(Revision::new(revision), "revision")?;
            Row::Live(IndexedMessage { chat: chat.clone(), message, revision })
        }
        Row::Deleted => Row::Deleted,
        Row::Absent => Row::Absent,
    })
}

fn change(id: &MessageId, item: Item) -> Result<Option<IndexChange>, Malformed> {
    Ok(match parse_with_revision(&id.chat, item)? {
        Row::Live(message) => Some(IndexChange::Put(message)),
        Row::Deleted => Some(IndexChange::Remove(id.clone())),
        Row::Absent => None,
    })
}

impl StoreMessages for Messages {
    async fn create(&self, write: &CreateMessage) -> Result<Applied, StoreError> {
        let update = self
            .update(&write.id)
            .update_expression(
                "SET created_revision = :revision, created_at = :at, body = if_not_exists(body, :body), \
                 revision = if_not_exists(revision, :revision), updated_at = if_not_exists(updated_at, :at)",
            )
            .condition_expression(
                "attribute_not_exists(created_revision) AND attribute_not_exists(deleted_revision)",
            )
            .expression_attribute_values(":body", string(write.body.as_str()))
            .expression_attribute_values(":revision", number(write.revision))
            .expression_attribute_values(":at", time(write.at))
            // Nothing, unless an update came before.
            .return_values(ReturnValue::AllOld);
        let item = match meet(update).await? {
            Met::Refused(item) => item,
            Met::Made(mut row) => {
                for (name, value) in created(write) {
                    row.entry(name).or_insert(value);
                }
                row
            }
        };
        let ours = has_revision(&item, "created_revision", write.revision)?;
        Ok(Applied { delta: i64::from(ours), change: change(&write.id, item)? })
    }

    async fn update(&self, write: &UpdateMessage) -> Result<Applied, StoreError> {
        let update = self
            .update(&write.id)
            .update_expression("SET body = :body, revision = :revision, updated_at = :at")
            .condition_expression(
                "attribute_not_exists(deleted_revision) AND \
                 (attribute_not_exists(revision) OR revision < :revision)",
            )
            .expression_attribute_values(":body", string(write.body.as_str()))
            .expression_attribute_values(":revision", number(write.revision))
            .expression_attribute_values(":at", time(write.at))
            .return_values(ReturnValue::AllNew);
        let (Met::Made(item) | Met::Refused(item)) = meet(update).await?;
        Ok(Applied { delta: 0, change: change(&write.id, item)? })
    }

    async fn delete(&self, write: &DeleteMessage) -> Result<Applied, StoreError> {
        let update = self
            .update(&write.id)
            .update_expression(
                "SET deleted_revision = :revision REMOVE body, revision, created_at, updated_at",
            )
            .condition_expression("attribute_not_exists(deleted_revision)")
            .expression_attribute_values(":revision", number(write.revision))
            .return_values(ReturnValue::AllNew);
        let (Met::Made(tombstone) | Met::Refused(tombstone)) = meet(update).await?;
        let delta = removed(&tombstone, write.revision)?;
        Ok(Applied { delta, change: Some(IndexChange::Remove(write.id.clone())) })
    }
}

impl Messages {
    fn update(&self, id: &MessageId) -> UpdateItemFluentBuilder {
        self.client.update_item().table_name(&self.table).set_key(Some(key(id)))
    }
}

/// The row that a creation makes where nothing came before it.
fn created(write: &CreateMessage) -> Item {
    let mut row = key(&write.id);
    row.extend(
        [
            ("created_revision", number(write.revision)),
            ("created_at", time(write.at)),
            ("body", string(write.body.as_str())),
            ("revision", number(write.revision)),
            ("updated_at", time(write.at)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    row
}

impl ReadCurrent for Messages {
    async fn current(&self, id: &MessageId) -> Result<Row<IndexedMessage>, StoreError> {
        match get_item(&self.client, &self.table, key(id), true).await? {
            Some(item) => Ok(parse_with_revision(&id.chat, item)?),
            None => Ok(Row::Absent),
        }
    }
}

impl ReadMessages for Messages {
    async fn message(&self, id: &MessageId) -> Result<Row<Message>, StoreError> {
        match get_item(&self.client, &self.table, key(id), false).await? {
            Some(item) => Ok(parse(item)?),
            None => Ok(Row::Absent),
        }
    }

    async fn messages(
        &self,
        chat: &ChatId,
        page: &PageRequest<MessageNumber>,
    ) -> Result<Page<Message, MessageNumber>, StoreError> {
        let partition = chat.key();
        let listing = Listing {
            client: &self.client,
            table: &self.table,
            index: None,
            partition: ("chat", &partition),
            sort: "number",
        };
        listing
            .page(page, page.after.map(number), |item| Ok(parse(item)?.live()), |message| message.number)
            .await
    }
}
