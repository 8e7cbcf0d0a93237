use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::AttributeValue;
use conversation::ports::StoreError;
use conversation::{Order, Page, PageRequest};

use crate::item::{Item, Malformed};

/// One page of the items under one partition key.
pub(crate) struct Listing<'a> {
    pub(crate) client: &'a Client,
    pub(crate) table: &'a str,
    pub(crate) index: Option<&'static str>,
    pub(crate) partition: (&'static str, &'a str),
    pub(crate) sort: &'static str,
}

impl Listing<'_> {
    /// Reads one page with one Query. DynamoDB ends a page at 1 MB of items, so one with large
    /// messages may be shorter than asked for; it then says where to go on.
    ///
    /// `parse` answers `None` for an item that readers do not see. Only where it does so for all that a
    /// Query found, another follows.
    pub(crate) async fn page<T, Cursor>(
        &self,
        request: &PageRequest<Cursor>,
        after: Option<AttributeValue>,
        parse: impl Fn(Item) -> Result<Option<T>, Malformed>,
        cursor: impl Fn(&T) -> Cursor,
    ) -> Result<Page<T, Cursor>, StoreError> {
        let mut after = after;
        loop {
            let answer = self.query(request, after).await?;
            let parsed: Result<Vec<Option<T>>, Malformed> =
                answer.items.unwrap_or_default().into_iter().map(&parse).collect();
            let items: Vec<T> = parsed?.into_iter().flatten().collect();
            let last_seen = answer.last_evaluated_key.and_then(|mut key| key.remove(self.sort));
            if items.is_empty() && last_seen.is_some() {
                after = last_seen;
                continue;
            }
            let mut page = Page::from_lookahead(items, request.limit, &cursor);
            if page.next.is_none() && last_seen.is_some() {
                page.next = page.items.last().map(&cursor);
            }
            return Ok(page);
        }
    }

    async fn query<Cursor>(
        &self,
        request: &PageRequest<Cursor>,
        after: Option<AttributeValue>,
    ) -> Result<QueryOutput, StoreError> {
        let ascending = request.order == Order::Ascending;
        let beyond = match (&after, ascending) {
            (None, _) => "",
            (Some(_), true) => " AND #sort > :after",
            (Some(_), false) => " AND #sort < :after",
        };
        let mut query = self
            .client
            .query()
            .table_name(self.table)
            .set_index_name(self.index.map(str::to_owned))
            .key_condition_expression(format!("#partition = :partition{beyond}"))
            .expression_attribute_names("#partition", self.partition.0)
            .expression_attribute_values(":partition", AttributeValue::S(self.partition.1.to_owned()))
            .scan_index_forward(ascending)
            // One more, to learn whether there is one.
            .limit(i32::from(request.limit.get()) + 1);
        if let Some(after) = after {
            query = query
                .expression_attribute_names("#sort", self.sort)
                .expression_attribute_values(":after", after);
        }
        query.send().await.map_err(StoreError::new)
    }
}
