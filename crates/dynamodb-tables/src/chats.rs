use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use aws_types::SdkConfig;
use conversation::ports::{CountMessages, ReadChats, StoreChats, StoreError, Stored};
use conversation::{Chat, ChatId, ChatNumber, CreateChat, Effects, Page, PageRequest, Timestamp, Token};

use crate::count::Counted;
use crate::item::{
    Item, Malformed, get_count, get_item, get_number, get_time, made_by, number, parsed, string, time,
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
}

fn key(id: &ChatId) -> Item {
    [("application".to_owned(), string(id.application.as_str())), ("number".to_owned(), number(id.chat))]
        .into()
}

/// `None` for a row in which messages are counted already while its chat is not stored.
fn parse(item: &Item) -> Result<Option<Chat>, Malformed> {
    if !item.contains_key("created_at") {
        return Ok(None);
    }
    let messages_count: i64 = get_count(item, "messages_count")?;
    Ok(Some(Chat {
        number: parsed(ChatNumber::new(get_number(item, "number")?), "number")?,
        messages_count: u64::try_from(messages_count).unwrap_or_default(),
        created_at: get_time(item, "created_at")?,
        updated_at: get_time(item, "updated_at")?,
    }))
}

impl StoreChats for Chats {
    async fn store(&self, write: &CreateChat) -> Result<Stored, StoreError> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(&write.id)))
            // An update and not a put: the ledger of its messages may be there before it.
            .update_expression(
                "SET created_at = :at, created_revision = :revision, updated_at = if_not_exists(updated_at, :at)",
            )
            .condition_expression("attribute_not_exists(created_at)")
            .expression_attribute_values(":at", time(write.at))
            .expression_attribute_values(":revision", number(write.revision))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Stored::ByThisWrite),
            Err(error) => match error.into_service_error() {
                UpdateItemError::ConditionalCheckFailedException(refusal) => {
                    Ok(made_by(refusal.item, write.revision)?)
                }
                other => Err(StoreError::new(other)),
            },
        }
    }
}

impl CountMessages for Chats {
    async fn count(&self, chat: &ChatId, effects: &Effects, latest: Timestamp) -> Result<(), StoreError> {
        let counted = Counted {
            client: &self.client,
            table: &self.table,
            key: key(chat),
            count: "messages_count",
            latest: Some(latest),
            exists: None,
        };
        counted.bring_in(effects).await
    }
}

impl ReadChats for Chats {
    async fn chat(&self, id: &ChatId) -> Result<Option<Chat>, StoreError> {
        match get_item(&self.client, &self.table, key(id), false).await? {
            Some(item) => Ok(parse(&item)?),
            None => Ok(None),
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
        listing.page(page, page.after.map(number), |item| parse(&item), |chat| chat.number).await
    }
}
