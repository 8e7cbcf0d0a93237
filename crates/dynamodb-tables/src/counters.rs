use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use aws_types::SdkConfig;
use conversation::ports::{
    Allocation, NumberChats, NumberMessages, OpenChats, ReadCounters, StoreError, UnopenChats,
};
use conversation::{ChatId, ChatNumber, MessageNumber, NotANumber, Revision, Ticket, Token};
use function_environment::chain;

use crate::item::{get_item, get_number, number, parsed, string};

/// The counters of chats and messages: items of their own, so that numbering never waits for the
/// rows to be written.
#[derive(Debug, Clone)]
pub struct Counters {
    client: Client,
    table: String,
}

impl Counters {
    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(config), table: table.to_owned() }
    }

    /// One round trip that proves the parent exists and gives out its next number.
    ///
    /// The SDK repeats the call where its answer was lost. The condition then finds the ticket in the
    /// counter and the number is known without another one being spent, unless somebody else was given
    /// one in between; then the first is burned.
    async fn next<Number>(
        &self,
        id: &str,
        number_of: impl Fn(u64) -> Result<Number, NotANumber>,
    ) -> Result<Option<Allocation<Number>>, StoreError> {
        let ticket = Ticket::random().map_err(StoreError::new)?;
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", string(id))
            .update_expression("SET holder = :ticket ADD #last :one, revision :one")
            .condition_expression(
                "attribute_exists(id) AND (attribute_not_exists(holder) OR holder <> :ticket)",
            )
            .expression_attribute_names("#last", "last")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":ticket", string(ticket.as_str()))
            .return_values(ReturnValue::UpdatedNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
            .await;
        let item = match answer {
            Ok(answer) => answer.attributes,
            Err(error) => match error.into_service_error() {
                UpdateItemError::ConditionalCheckFailedException(refusal) => refusal.item,
                other => {
                    // It may have given out a number after all; nobody waits for it any more.
                    if let Err(trace) = self.undo(id, &ticket).await {
                        tracing::warn!(target: "chatlog", cause = chain(&trace), "a number may be lost");
                    }
                    return Err(StoreError::new(other));
                }
            },
        };
        let Some(item) = item else { return Ok(None) };
        let number = parsed(number_of(get_number(&item, "last")?), "last")?;
        let revision = parsed(Revision::new(get_number(&item, "revision")?), "revision")?;
        Ok(Some(Allocation { number, revision, ticket }))
    }

    /// Takes back the last number, if the ticket's holder still has it. Repeating it does nothing more.
    async fn undo(&self, id: &str, ticket: &Ticket) -> Result<(), StoreError> {
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", string(id))
            .update_expression("REMOVE holder ADD #last :minus_one, revision :minus_one")
            .condition_expression("holder = :ticket")
            .expression_attribute_names("#last", "last")
            .expression_attribute_values(":minus_one", number(-1))
            .expression_attribute_values(":ticket", string(ticket.as_str()))
            .send()
            .await;
        match answer.map_err(SdkError::into_service_error) {
            Ok(_) | Err(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(()),
            Err(other) => Err(StoreError::new(other)),
        }
    }

    async fn last(&self, id: &str) -> Result<Option<u64>, StoreError> {
        let key = [("id".to_owned(), string(id))].into();
        let item = get_item(&self.client, &self.table, key, true).await?;
        item.map(|item| Ok(get_number(&item, "last")?)).transpose()
    }
}

/// The item of a counter that has given out nothing yet.
pub(crate) fn unused(id: impl Into<String>) -> HashMap<String, AttributeValue> {
    [("id", string(id)), ("last", number(0)), ("revision", number(0))]
        .map(|(name, value)| (name.to_owned(), value))
        .into()
}

impl NumberChats for Counters {
    async fn allocate(&self, application: &Token) -> Result<Option<Allocation<ChatNumber>>, StoreError> {
        self.next(application.as_str(), ChatNumber::new).await
    }

    async fn give_back(
        &self,
        application: &Token,
        allocation: &Allocation<ChatNumber>,
    ) -> Result<(), StoreError> {
        self.undo(application.as_str(), &allocation.ticket).await
    }
}

impl NumberMessages for Counters {
    async fn allocate(&self, chat: &ChatId) -> Result<Option<Allocation<MessageNumber>>, StoreError> {
        self.next(&chat.key(), MessageNumber::new).await
    }

    async fn give_back(
        &self,
        chat: &ChatId,
        allocation: &Allocation<MessageNumber>,
    ) -> Result<(), StoreError> {
        self.undo(&chat.key(), &allocation.ticket).await
    }
}

impl OpenChats for Counters {
    async fn open(&self, chat: &ChatId, ticket: Option<&Ticket>) -> Result<(), StoreError> {
        let mut item = unused(chat.key());
        if let Some(ticket) = ticket {
            item.insert("opener".to_owned(), string(ticket.as_str()));
        }
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item))
            .condition_expression("attribute_not_exists(id)")
            .send()
            .await;
        match answer.map_err(SdkError::into_service_error) {
            Ok(_) | Err(PutItemError::ConditionalCheckFailedException(_)) => Ok(()),
            Err(other) => Err(StoreError::new(other)),
        }
    }
}

impl UnopenChats for Counters {
    async fn unopen(&self, chat: &ChatId, ticket: &Ticket) -> Result<bool, StoreError> {
        let answer = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("id", string(chat.key()))
            .condition_expression("attribute_not_exists(id) OR (opener = :ticket AND revision = :none)")
            .expression_attribute_values(":ticket", string(ticket.as_str()))
            .expression_attribute_values(":none", number(0))
            .send()
            .await;
        match answer.map_err(SdkError::into_service_error) {
            Ok(_) => Ok(true),
            Err(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(false),
            Err(other) => Err(StoreError::new(other)),
        }
    }
}

impl ReadCounters for Counters {
    async fn last_chat(&self, application: &Token) -> Result<Option<u64>, StoreError> {
        self.last(application.as_str()).await
    }

    async fn last_message(&self, chat: &ChatId) -> Result<Option<u64>, StoreError> {
        self.last(&chat.key()).await
    }
}
