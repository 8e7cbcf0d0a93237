use std::collections::BTreeMap;

use conversation::ports::StoreError;

use super::floors::{Floor, Floors, ParentRow, of_application, of_chat, of_message};
use super::{CounterAudit, CounterId, CounterValues, Shortfall};
use crate::item::{Item, Malformed, get_count, get_string};
use crate::scan::{ScannedPage, scan_page};

/// A page of rows, compared with the counters.
#[derive(Debug)]
pub struct AuditedPage {
    pub rows: usize,
    /// The read units that rows and counters cost.
    pub units: f64,
    /// A counter that does not exist is reported when all rows that concern it were read, so that it can be created with the right
    /// values. Another one may be reported again with higher values.
    pub shortfalls: Vec<Shortfall>,
}

/// The tables of rows, in an order in which a counter's children come before its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rows {
    Messages,
    Chats,
    Applications,
}

/// Reads all rows, page by page, and compares them with the counters. What it keeps in memory is the floor of one page's counters, and of
/// those that do not exist.
#[derive(Debug)]
pub struct CounterScan<'a> {
    audit: &'a CounterAudit,
    /// `None` behind the last one.
    rows: Option<Rows>,
    after: Option<Item>,
    floors: Floors,
    /// Of counters that do not exist.
    missing: Floors,
}

impl CounterAudit {
    /// Begins to compare all rows with the counters.
    #[must_use]
    pub fn scan(&self) -> CounterScan<'_> {
        let rows = Some(Rows::Messages);
        CounterScan { audit: self, rows, after: None, floors: Floors::default(), missing: Floors::default() }
    }

    fn table(&self, rows: Rows) -> &str {
        match rows {
            Rows::Messages => &self.messages,
            Rows::Chats => &self.chats,
            Rows::Applications => &self.applications,
        }
    }
}

impl CounterScan<'_> {
    /// Reads the next rows, at most `limit`. Returns `None` behind the last ones.
    ///
    /// # Errors
    /// A table could not be read, or a row: another program or a newer release wrote it.
    pub async fn next_page(&mut self, limit: i32) -> Result<Option<AuditedPage>, StoreError> {
        let Some(rows) = self.rows else { return Ok(None) };
        let (table, after) = (self.audit.table(rows), self.after.take());
        let ScannedPage { items, units, next } = scan_page(&self.audit.client, table, after, limit).await?;
        self.after = next;
        let mut unfinished = None;
        for item in &items {
            unfinished = match rows {
                Rows::Messages => of_message(item, &mut self.floors),
                Rows::Chats => of_chat(item, &mut self.floors),
                Rows::Applications => of_application(item, &mut self.floors),
            }?;
        }
        let is_last = self.after.is_none();
        let kept = unfinished.as_ref().filter(|_| !is_last);
        let floors = self.floors.take_except(kept);
        let counters = u32::try_from(floors.len()).map_err(StoreError::new)?;
        let mut shortfalls = self.compare(floors).await?;
        if is_last {
            shortfalls.extend(self.end_of(rows));
        }
        Ok(Some(AuditedPage { rows: items.len(), units: units + f64::from(counters), shortfalls }))
    }

    /// Goes on with the next table. Returns the counters that do not exist and whose parent has no row.
    fn end_of(&mut self, rows: Rows) -> Vec<Shortfall> {
        self.rows = match rows {
            Rows::Messages => Some(Rows::Chats),
            Rows::Chats => Some(Rows::Applications),
            Rows::Applications => None,
        };
        if rows != Rows::Chats {
            return Vec::new();
        }
        let (chats, applications): (BTreeMap<_, _>, BTreeMap<_, _>) =
            self.missing.take_except(None).into_iter().partition(|(id, _)| matches!(id, CounterId::Chat(_)));
        for (counter, floor) in applications {
            self.missing.add(counter, floor);
        }
        // A chat's messages may be stored before the chat is. An application without a row gets no requests.
        chats.into_iter().map(|(counter, floor)| shortfall(counter, None, floor)).collect()
    }

    async fn compare(&mut self, floors: BTreeMap<CounterId, Floor>) -> Result<Vec<Shortfall>, StoreError> {
        let read = self.audit.counters.read(floors.keys().map(CounterId::key)).await?;
        let mut found: BTreeMap<String, Item> = BTreeMap::new();
        for counter in read {
            found.insert(get_string(&counter, "id")?.to_owned(), counter);
        }
        let mut shortfalls = Vec::new();
        for (counter, floor) in floors {
            match found.get(&counter.key()) {
                Some(item) => shortfalls.extend(below(counter, item, floor)?),
                None => shortfalls.extend(self.without_counter(counter, floor)),
            }
        }
        Ok(shortfalls)
    }

    /// What to do about a counter that does not exist.
    fn without_counter(&mut self, counter: CounterId, floor: Floor) -> Option<Shortfall> {
        match floor.parent {
            ParentRow::Unknown => {
                self.missing.add(counter, floor);
                None
            }
            // Without a counter, no chat can be created in it.
            ParentRow::Deleted if matches!(counter, CounterId::Application(_)) => None,
            ParentRow::Live | ParentRow::Deleted => {
                self.missing.add(counter.clone(), floor);
                let floor = self.missing.remove(&counter).unwrap_or(floor);
                Some(shortfall(counter, None, floor))
            }
        }
    }
}

/// What is wrong with a counter that exists; `None` if nothing is. One that is closed gives nothing out.
fn below(counter: CounterId, item: &Item, floor: Floor) -> Result<Option<Shortfall>, Malformed> {
    if item.contains_key("closed") {
        return Ok(None);
    }
    let found = CounterValues { last: get_count(item, "last")?, revision: get_count(item, "revision")? };
    let is_behind = found.max(floor.values) != found;
    let is_wrong = is_behind || floor.parent == ParentRow::Deleted;
    Ok(is_wrong.then(|| shortfall(counter, Some(found), floor)))
}

fn shortfall(counter: CounterId, found: Option<CounterValues>, floor: Floor) -> Shortfall {
    Shortfall { counter, found, needed: floor.values, is_deleted: floor.parent == ParentRow::Deleted }
}
