use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure;
use aws_types::SdkConfig;
use conversation::ports::{IndexedMessage, ReadCurrent, ReadMessages, StoreError, StoreMessages, Stored};
use conversation::{
    Body, ChatId, CreateMessage, Message, MessageId, MessageNumber, Page, PageRequest, Revision,
};

use crate::item::{
    Item, Malformed, get_item, get_number, get_time, made_by, number, parsed, string, take_string, time,
};
use crate::listing::Listing;

/// The table of messages.
#[derive(Debug, Clone)]
pub struct Messages {
    client: Client,
    table: String,
}

impl Messages {
    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(config), table: table.to_owned() }
    }
}

fn key(id: &MessageId) -> Item {
    [("chat".to_owned(), string(id.chat.key())), ("number".to_owned(), number(id.message))].into()
}

fn parse(mut item: Item) -> Result<Message, Malformed> {
    Ok(Message {
        body: parsed(Body::parse(take_string(&mut item, "body")?), "body")?,
        number: parsed(MessageNumber::new(get_number(&item, "number")?), "number")?,
        created_at: get_time(&item, "created_at")?,
        updated_at: get_time(&item, "updated_at")?,
    })
}

impl StoreMessages for Messages {
    async fn store(&self, write: &CreateMessage) -> Result<Stored, StoreError> {
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(key(&write.id)))
            .item("body", string(write.body.as_str()))
            .item("created_revision", number(write.revision))
            .item("revision", number(write.revision))
            .item("created_at", time(write.at))
            .item("updated_at", time(write.at))
            .condition_expression("attribute_not_exists(revision)")
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Stored::ByThisWrite),
            Err(error) => match error.into_service_error() {
                PutItemError::ConditionalCheckFailedException(refusal) => {
                    Ok(made_by(refusal.item, write.revision)?)
                }
                other => Err(StoreError::new(other)),
            },
        }
    }
}

impl ReadCurrent for Messages {
    async fn current(&self, id: &MessageId) -> Result<Option<IndexedMessage>, StoreError> {
        let Some(item) = get_item(&self.client, &self.table, key(id), true).await? else { return Ok(None) };
        let revision = parsed(Revision::new(get_number(&item, "revision")?), "revision")?;
        Ok(Some(IndexedMessage { chat: id.chat.clone(), message: parse(item)?, revision }))
    }
}

impl ReadMessages for Messages {
    async fn message(&self, id: &MessageId) -> Result<Option<Message>, StoreError> {
        Ok(get_item(&self.client, &self.table, key(id), false).await?.map(parse).transpose()?)
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
            .page(page, page.after.map(number), |item| parse(item).map(Some), |message| message.number)
            .await
    }
}
