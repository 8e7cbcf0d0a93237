/// The number of items of a page if the client gives no limit.
const DEFAULT_LIMIT: u8 = 50;
/// The largest number of items of a page.
pub const MAX_LIMIT: u8 = 200;

/// The largest number of items that a client wants on a page: 1 to 200.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(u8);

impl Limit {
    /// `None` unless `value` lies between 1 and 200.
    #[must_use]
    pub fn new(value: u8) -> Option<Self> {
        (1..=MAX_LIMIT).contains(&value).then_some(Self(value))
    }

    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }

    #[must_use]
    pub fn as_usize(self) -> usize {
        usize::from(self.0)
    }
}

impl Default for Limit {
    fn default() -> Self {
        Self(DEFAULT_LIMIT)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    #[default]
    Ascending,
    Descending,
}

/// The part of a list that a client wants; `after` is exclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageRequest<Cursor> {
    pub limit: Limit,
    pub order: Order,
    pub after: Option<Cursor>,
}

/// A part of a list. It may be shorter than its limit although more items follow: large messages fill a page by
/// their size, and a list looks at a bounded number of rows for each page, also if it finds nothing there to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T, Cursor> {
    pub items: Vec<T>,
    /// Where the next page starts; `None` on the last page.
    pub next: Option<Cursor>,
}

impl<T, Cursor> Page<T, Cursor> {
    /// The first `limit` of `items`. The reader fetches one item more than `limit`, to learn whether a next page exists.
    #[must_use]
    pub fn from_lookahead(mut items: Vec<T>, limit: Limit, cursor: impl Fn(&T) -> Cursor) -> Self {
        let more = items.len() > limit.as_usize();
        items.truncate(limit.as_usize());
        let next = if more { items.last().map(cursor) } else { None };
        Self { items, next }
    }
}
