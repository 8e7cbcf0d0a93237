use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use aws_types::SdkConfig;
use conversation::ports::{
    Allocation, CloseChats, NumberChats, NumberMessages, OpenChats, ReadCounters, ReviseChats,
    ReviseMessages, StoreError, Turn, UnopenChats,
};
use conversation::{ChatId, ChatNumber, MessageId, MessageNumber, NotANumber, Revision, Ticket, Token};
use function_environment::chain;

use crate::conditional::{Met, meet};
use crate::item::{Item, get_item, get_number, number, parsed, string};

/// A counter that gives something out: it is there, and its chat was not deleted.
const OPEN: &str = "attribute_exists(id) AND attribute_not_exists(closed)";

/// What is asked of a counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    /// The next number and revision.
    Number,
    /// The next revision.
    Turn,
    /// The next revision, if this number was given out.
    TurnFor(MessageNumber),
}

impl Ask {
    /// What it adds `amount` to.
    fn spends(self, amount: &str) -> String {
        match self {
            Self::Number => format!("#last {amount}, revision {amount}"),
            Self::Turn | Self::TurnFor(_) => format!("revision {amount}"),
        }
    }
}

fn revision(item: &Item) -> Result<Revision, StoreError> {
    Ok(parsed(Revision::new(get_number(item, "revision")?), "revision")?)
}

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

    /// One round trip that proves the parent exists and gives out what `ask` wants.
    ///
    /// The SDK repeats the call where its answer was lost. The condition then finds the ticket in the
    /// counter and what was given out is known without more being spent, unless somebody else asked in
    /// between; then the first is burned.
    async fn take(&self, id: &str, ask: Ask) -> Result<Option<(Item, Ticket)>, StoreError> {
        let ticket = Ticket::random().map_err(StoreError::new)?;
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", string(id))
            .update_expression(format!("SET holder = :ticket ADD {}", ask.spends(":one")))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":ticket", string(ticket.as_str()))
            .return_values(ReturnValue::AllNew);
        let mut condition = format!("{OPEN} AND (attribute_not_exists(holder) OR holder <> :ticket)");
        if ask != Ask::Turn {
            update = update.expression_attribute_names("#last", "last");
        }
        if let Ask::TurnFor(message) = ask {
            condition.push_str(" AND #last >= :message");
            update = update.expression_attribute_values(":message", number(message));
        }
        match meet(update.condition_expression(condition)).await {
            Ok(Met::Made(item)) => Ok(Some((item, ticket))),
            Ok(Met::Refused(item)) => {
                let is_ours = item.get("holder") == Some(&string(ticket.as_str()));
                Ok(is_ours.then_some((item, ticket)))
            }
            Err(error) => {
                // It may have given something out after all; nobody waits for it any more.
                if let Err(trace) = self.undo(id, ask, &ticket).await {
                    tracing::warn!(target: "chatlog", cause = chain(&trace), "a number may be lost");
                }
                Err(error)
            }
        }
    }

    async fn next<Number>(
        &self,
        id: &str,
        number_of: impl Fn(u64) -> Result<Number, NotANumber>,
    ) -> Result<Option<Allocation<Number>>, StoreError> {
        let Some((item, ticket)) = self.take(id, Ask::Number).await? else { return Ok(None) };
        let number = parsed(number_of(get_number(&item, "last")?), "last")?;
        Ok(Some(Allocation { number, revision: revision(&item)?, ticket }))
    }

    async fn turn(&self, id: &str, ask: Ask) -> Result<Option<Turn>, StoreError> {
        let Some((item, ticket)) = self.take(id, ask).await? else { return Ok(None) };
        Ok(Some(Turn { revision: revision(&item)?, ticket }))
    }

    /// Takes back what the ticket's holder was given, if it still is the last. Repeating it does nothing
    /// more.
    async fn undo(&self, id: &str, ask: Ask, ticket: &Ticket) -> Result<(), StoreError> {
        let mut update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", string(id))
            .update_expression(format!("REMOVE holder ADD {}", ask.spends(":minus_one")))
            .condition_expression("holder = :ticket")
            .expression_attribute_values(":minus_one", number(-1))
            .expression_attribute_values(":ticket", string(ticket.as_str()));
        if ask == Ask::Number {
            update = update.expression_attribute_names("#last", "last");
        }
        meet(update).await?;
        Ok(())
    }

    async fn last(&self, id: &str) -> Result<Option<u64>, StoreError> {
        let key = [("id".to_owned(), string(id))].into();
        let item = get_item(&self.client, &self.table, key, true).await?;
        let open = item.filter(|item| !item.contains_key("closed"));
        open.map(|item| Ok(get_number(&item, "last")?)).transpose()
    }
}

/// The item of a counter that has given out nothing yet.
pub(crate) fn unused(id: impl Into<String>) -> Item {
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
        self.undo(application.as_str(), Ask::Number, &allocation.ticket).await
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
        self.undo(&chat.key(), Ask::Number, &allocation.ticket).await
    }
}

impl ReviseChats for Counters {
    async fn revise(&self, application: &Token) -> Result<Option<Turn>, StoreError> {
        self.turn(application.as_str(), Ask::Turn).await
    }

    async fn give_turn_back(&self, application: &Token, turn: &Turn) -> Result<(), StoreError> {
        self.undo(application.as_str(), Ask::Turn, &turn.ticket).await
    }
}

impl ReviseMessages for Counters {
    async fn revise(&self, id: &MessageId) -> Result<Option<Turn>, StoreError> {
        self.turn(&id.chat.key(), Ask::TurnFor(id.message)).await
    }

    async fn give_turn_back(&self, chat: &ChatId, turn: &Turn) -> Result<(), StoreError> {
        self.undo(&chat.key(), Ask::Turn, &turn.ticket).await
    }
}

impl CloseChats for Counters {
    async fn close(&self, chat: &ChatId) -> Result<(), StoreError> {
        self.client
            .update_item()
            .table_name(&self.table)
            .key("id", string(chat.key()))
            // The counter may not be there: its creator may have died before it opened it.
            .update_expression("SET closed = :true")
            .expression_attribute_values(":true", AttributeValue::Bool(true))
            .send()
            .await
            .map_err(StoreError::new)?;
        Ok(())
    }
}

impl OpenChats for Counters {
    async fn open_for_good(&self, chat: &ChatId) -> Result<(), StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("id", string(chat.key()))
            .update_expression(
                "SET #last = if_not_exists(#last, :zero), revision = if_not_exists(revision, :zero) REMOVE opener",
            )
            .condition_expression("attribute_not_exists(closed)")
            .expression_attribute_names("#last", "last")
            .expression_attribute_values(":zero", number(0));
        meet(update).await?;
        Ok(())
    }

    async fn open(&self, chat: &ChatId, ticket: &Ticket) -> Result<(), StoreError> {
        let mut item = unused(chat.key());
        item.insert("opener".to_owned(), string(ticket.as_str()));
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
            .condition_expression("attribute_not_exists(id) OR (opener = :ticket AND revision = :none AND attribute_not_exists(closed))")
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
