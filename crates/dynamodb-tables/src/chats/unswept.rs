use aws_sdk_dynamodb::operation::query::QueryOutput;
use conversation::ports::{ListUnsweptChats, StoreError, UnsweptChats};
use conversation::{ApplicationId, ChatNumber, Revision};

use super::Chats;
use super::row::chat_number;
use crate::item::{Malformed, number};
use crate::unswept;

impl ListUnsweptChats for Chats {
    async fn unswept_chats(
        &self,
        application: &ApplicationId,
        after: Option<ChatNumber>,
    ) -> Result<UnsweptChats, StoreError> {
        let key = ("application", application.as_str());
        let filter = "attribute_not_exists(deleted_revision) OR deleted_revision = :with_application";
        let query = unswept::query(&self.client, &self.table, key, after.map_or(0, ChatNumber::get), filter)?
            .expression_attribute_values(":with_application", number(Revision::MAX));
        Ok(page(&query.send().await.map_err(StoreError::new)?)?)
    }
}

fn page(output: &QueryOutput) -> Result<UnsweptChats, Malformed> {
    Ok(UnsweptChats {
        chats: output.items().iter().map(chat_number).collect::<Result<_, _>>()?,
        next: output.last_evaluated_key().map(chat_number).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{application_id, chat_id};

    use super::*;
    use crate::chats::row::key;

    #[test]
    fn the_next_page_starts_behind_the_last_row_that_dynamodb_saw() {
        let application = application_id();
        let [first, last] = [7, 107].map(|number| chat_id(&application, number));
        let output =
            QueryOutput::builder().items(key(&first)).set_last_evaluated_key(Some(key(&last))).build();
        let expected = UnsweptChats { chats: vec![first.chat], next: Some(last.chat) };
        assert_eq!(page(&output), Ok(expected), "the rows between them are tombstones");
        let expected = UnsweptChats { chats: Vec::new(), next: None };
        assert_eq!(page(&QueryOutput::builder().build()), Ok(expected));
    }
}
