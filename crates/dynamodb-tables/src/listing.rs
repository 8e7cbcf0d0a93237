use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::AttributeValue;
use conversation::ports::StoreError;
use conversation::{Order, Page, PageRequest};

use crate::item::{Item, Malformed};

/// The most items that one Query evaluates. Each Query after one with hidden items evaluates twice as many as the one
/// before, because many more may be hidden.
const MAX_EVALUATED: i32 = 1_000;

/// What a list makes of an item.
#[derive(Debug)]
pub(crate) enum Entry<T> {
    Shown(T),
    /// Readers do not see it: a tombstone, for example.
    Hidden,
    /// The list ends before it.
    End,
}

impl<T> From<Option<T>> for Entry<T> {
    fn from(visible: Option<T>) -> Self {
        visible.map_or(Self::Hidden, Self::Shown)
    }
}

/// The items with one partition key, in the order of their sort key.
pub(crate) struct Listing<'a> {
    pub(crate) client: &'a Client,
    pub(crate) table: &'a str,
    pub(crate) index: Option<&'static str>,
    pub(crate) partition: (&'static str, &'a str),
    pub(crate) sort: &'static str,
}

impl Listing<'_> {
    /// Reads one page, usually with one Query. DynamoDB ends a Query at 1 MB of items, so a page of large messages may be
    /// shorter than its limit although more items follow.
    ///
    /// If a Query finds hidden items and does not fill the page, another follows.
    pub(crate) async fn page<T, Cursor>(
        &self,
        request: &PageRequest<Cursor>,
        mut after: Option<AttributeValue>,
        mut entry: impl FnMut(Item) -> Result<Entry<T>, Malformed>,
        cursor: impl Fn(&T) -> Cursor,
    ) -> Result<Page<T, Cursor>, StoreError> {
        // One more than the limit, to learn whether a next page exists.
        let wanted = request.limit.as_usize() + 1;
        let mut limit = i32::from(request.limit.get()) + 1;
        let mut items = Vec::new();
        loop {
            let output = self.query(request.order, after, limit).await?;
            let mut last_key = output.last_evaluated_key;
            let mut hidden = 0;
            for item in output.items.unwrap_or_default() {
                match entry(item)? {
                    Entry::Shown(item) => items.push(item),
                    Entry::Hidden => hidden += 1,
                    Entry::End => {
                        last_key = None;
                        break;
                    }
                }
            }
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
