use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::AttributeValue;
use conversation::ports::StoreError;
use conversation::{Order, Page, PageRequest};

use crate::item::{Item, Malformed};

/// The most items that one Query evaluates. Each Query after one with hidden items evaluates twice as many as the one
/// before, because many more may be hidden.
const MAX_EVALUATED: i32 = 1_000;

/// The items with one partition key, in the order of their sort key.
pub(crate) struct Listing<'a> {
    pub(crate) client: &'a Client,
    pub(crate) table: &'a str,
    pub(crate) index: Option<&'static str>,
    pub(crate) partition: (&'static str, &'a str),
    pub(crate) sort: &'static str,
    /// An attribute that an item has only if readers see no item of its partition any more. The list ends there.
    pub(crate) end: Option<&'static str>,
}

impl Listing<'_> {
    /// Reads one page, usually with one Query. DynamoDB ends a Query at 1 MB of items, so a page of large messages may be
    /// shorter than its limit although more items follow.
    ///
    /// `parse` returns `None` for an item that readers do not see, such as a tombstone. If a Query finds such items and
    /// does not fill the page, another follows.
    pub(crate) async fn page<T, Cursor>(
        &self,
        request: &PageRequest<Cursor>,
        mut after: Option<AttributeValue>,
        parse: impl Fn(Item) -> Result<Option<T>, Malformed>,
        cursor: impl Fn(&T) -> Cursor,
    ) -> Result<Page<T, Cursor>, StoreError> {
        // One more than the limit, to learn whether a next page exists.
        let wanted = request.limit.as_usize() + 1;
        let mut limit = i32::from(request.limit.get()) + 1;
        let mut items = Vec::new();
        loop {
            let output = self.query(request.order, after, limit).await?;
            let found = output.items.unwrap_or_default();
            let ends = self.end.is_some_and(|end| found.iter().any(|item| item.contains_key(end)));
            let parsed: Result<Vec<Option<T>>, Malformed> = found.into_iter().map(&parse).collect();
            let parsed = parsed?;
            let hidden = parsed.iter().filter(|item| item.is_none()).count();
            items.extend(parsed.into_iter().flatten());
            let last_key = output.last_evaluated_key.filter(|_| !ends);
            let last_seen = last_key.and_then(|mut key| key.remove(self.sort));
            if last_seen.is_some() && items.len() < wanted && hidden > 0 {
                after = last_seen;
                limit = (2 * limit).min(MAX_EVALUATED);
                continue;
            }
            let mut page = Page::from_lookahead(items, request.limit, &cursor);
            if page.next.is_none() && last_seen.is_some() {
                page.next = page.items.last().map(&cursor);
            }
            return Ok(page);
        }
    }

    async fn query(
        &self,
        order: Order,
        after: Option<AttributeValue>,
        limit: i32,
    ) -> Result<QueryOutput, StoreError> {
        let ascending = order == Order::Ascending;
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
            .limit(limit);
        if let Some(after) = after {
            query = query
                .expression_attribute_names("#sort", self.sort)
                .expression_attribute_values(":after", after);
        }
        query.send().await.map_err(StoreError::new)
    }
}
