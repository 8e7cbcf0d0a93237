use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::AttributeValue;
use conversation::ports::StoreError;
use conversation::{Order, Page, PageRequest};

use crate::item::{Item, Malformed};

/// The most items that one Query evaluates. Tombstones of so many messages take about 20 read units.
const MAX_EVALUATED: i32 = 1_000;
/// A Query evaluates what the page still misses, and this many items for each that the one before had hidden: where many are
/// hidden, more are.
const GROWTH: i32 = 4;
/// The most Queries for one page. A request takes a bounded time and bounded read units, whatever is hidden: about 3,000 tombstones,
/// and about 60 read units, for a page of 50.
const MAX_QUERIES: u32 = 5;

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
    /// If a Query finds hidden items and does not fill the page, another follows, at most [`MAX_QUERIES`] in total. Then the
    /// page has what was found, perhaps nothing, and the next one begins after the last item that was evaluated.
    ///
    /// `position` reads the cursor from an item or from its key.
    pub(crate) async fn page<T, Cursor: Clone>(
        &self,
        request: &PageRequest<Cursor>,
        mut after: Option<AttributeValue>,
        mut entry: impl FnMut(Item) -> Result<Entry<T>, Malformed>,
        position: impl Fn(&Item) -> Result<Cursor, Malformed>,
    ) -> Result<Page<T, Cursor>, StoreError> {
        // One more than the limit, to learn whether a next page exists.
        let wanted = i32::from(request.limit.get()) + 1;
        let mut missing = wanted;
        let mut limit = wanted;
        let mut items = Vec::new();
        let mut queries = 0;
        let last_key = loop {
            let output = self.query(request.order, after, limit).await?;
            queries += 1;
            let mut last_key = output.last_evaluated_key;
            let mut hidden = 0;
            for item in output.items.unwrap_or_default() {
                let position = position(&item)?;
                match entry(item)? {
                    Entry::Shown(item) => {
                        items.push((position, item));
                        missing -= 1;
                    }
                    Entry::Hidden => hidden += 1,
                    Entry::End => {
                        last_key = None;
                        break;
                    }
                }
            }
            match last_key {
                Some(mut key) if hidden > 0 && missing > 0 && queries < MAX_QUERIES => {
                    after = key.remove(self.sort);
                    limit = (missing + GROWTH * hidden).min(MAX_EVALUATED);
                }
                last_key => break last_key,
            }
        };
        let Page { items, next } =
            Page::from_lookahead(items, request.limit, |(position, _)| position.clone());
        let next = match (next, last_key) {
            (None, Some(key)) => Some(position(&key)?),
            (next, _) => next,
        };
        Ok(Page { items: items.into_iter().map(|(_, item)| item).collect(), next })
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
