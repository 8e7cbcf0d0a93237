use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;
use conversation::ports::{CloseChats, MAX_PENDING, OpenChats, RaiseLimits, StoreError, UndoOpenChats};
use conversation::{ApplicationId, ChatId, RequestId};

use super::{Counters, new_counter};
use crate::conditional::{delete_if, put_if, update_if};
use crate::item::{number, string};

impl OpenChats for Counters {
    async fn open(&self, chat: &ChatId, request_id: &RequestId) -> Result<(), StoreError> {
        let mut counter = new_counter(chat.key());
        counter.insert("opener".to_owned(), string(request_id.as_str()));
        counter.insert("revision_limit".to_owned(), number(MAX_PENDING));
        let put = self.client.put_item().table_name(&self.table).set_item(Some(counter));
        put_if(put.condition_expression("attribute_not_exists(id)")).await?;
        Ok(())
    }

    async fn open_permanently(&self, chat: &ChatId) -> Result<(), StoreError> {
        let update = self
            .update(&chat.key())
            .update_expression(
                "SET #last = if_not_exists(#last, :zero), revision = if_not_exists(revision, :zero) REMOVE opener",
            )
            .condition_expression("attribute_not_exists(closed)")
            .expression_attribute_names("#last", "last")
            .expression_attribute_values(":zero", number(0));
        update_if(update).await?;
        Ok(())
    }
}

impl UndoOpenChats for Counters {
    async fn undo_open(&self, chat: &ChatId, request_id: &RequestId) -> Result<bool, StoreError> {
        let delete = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("id", string(chat.key()))
            .condition_expression(
                "attribute_not_exists(id) OR (opener = :request_id AND revision = :none AND attribute_not_exists(closed))",
            )
            .expression_attribute_values(":request_id", string(request_id.as_str()))
            .expression_attribute_values(":none", number(0));
        delete_if(delete).await
    }
}

impl RaiseLimits for Counters {
    async fn raise_limit(&self, chat: &ChatId, limit: u64) -> Result<(), StoreError> {
        let update = self
            .update(&chat.key())
            .update_expression("SET revision_limit = :limit")
            .condition_expression(
                "attribute_exists(id) AND attribute_not_exists(closed) AND \
                 (attribute_not_exists(revision_limit) OR revision_limit < :limit)",
            )
            .expression_attribute_values(":limit", number(limit));
        update_if(update).await?;
        Ok(())
    }
}

impl CloseChats for Counters {
    async fn close(&self, chat: &ChatId) -> Result<(), StoreError> {
        // Without a condition: the counter may be missing, because nobody opened the chat yet.
        self.closing(&chat.key()).send().await.map_err(StoreError::new)?;
        Ok(())
    }
}

impl Counters {
    /// Closes the application's counter permanently. Does nothing if there is no counter: no application of this id was
    /// ever created. Repeating it has no further effect.
    pub(crate) async fn close_application(&self, application: &ApplicationId) -> Result<(), StoreError> {
        update_if(self.closing(application.as_str()).condition_expression("attribute_exists(id)")).await?;
        Ok(())
    }

    fn closing(&self, id: &str) -> UpdateItemFluentBuilder {
        self.update(id)
            .update_expression("SET closed = :true")
            .expression_attribute_values(":true", AttributeValue::Bool(true))
    }
}
