//! The tables' items, and what writing one costs.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::item::{Item, size};

/// The keys of a table and of its indexes, as template.yaml has them.
#[derive(Debug)]
struct Schema {
    key: &'static [&'static str],
    /// The key of the index with all attributes, where there is one.
    index: Option<&'static [&'static str]>,
}

fn schema(table: &str) -> Result<Schema> {
    let (key, index): (&'static [&'static str], _) = match table {
        "applications" => (&["token"], Some(["listing", "created_key"].as_slice())),
        "chats" => (&["application", "number"], None),
        "messages" => (&["chat", "number"], None),
        "counters" | "idempotency-keys" => (&["id"], None),
        _ => return Err(anyhow::anyhow!("the stub of DynamoDB does not know the table {table}")),
    };
    Ok(Schema { key, index })
}

/// All items by table and key.
#[derive(Debug, Default)]
pub(crate) struct Tables(BTreeMap<(String, String), Item>);

fn place(table: &str, item: &Item) -> Result<(String, String)> {
    let of_key = |name: &&str| {
        item.get(*name).map(ToString::to_string).with_context(|| format!("the key lacks {name}"))
    };
    let key: Vec<String> = schema(table)?.key.iter().map(of_key).collect::<Result<_>>()?;
    Ok((table.to_owned(), key.join(" ")))
}

impl Tables {
    pub(crate) fn get(&self, table: &str, key: &Item) -> Result<Option<&Item>> {
        Ok(self.0.get(&place(table, key)?))
    }

    pub(crate) fn all(&self, table: &str) -> impl Iterator<Item = &Item> {
        self.0.iter().filter(move |((own, _), _)| own == table).map(|(_, item)| item)
    }

    /// Stores the item, or removes the one with this key, and answers the write units that costs.
    pub(crate) fn replace(&mut self, table: &str, key: &Item, after: Option<Item>) -> Result<(f64, f64)> {
        let place = place(table, key)?;
        let before = self.0.get(&place).cloned();
        let cost =
            (units(before.as_ref(), after.as_ref()), index_units(table, before.as_ref(), after.as_ref())?);
        match after {
            Some(item) => self.0.insert(place, item),
            None => self.0.remove(&place),
        };
        Ok(cost)
    }
}

/// A unit for each KiB begun of the larger of both states of the item; at least one.
pub(crate) fn units(before: Option<&Item>, after: Option<&Item>) -> f64 {
    let largest = before.map_or(0, size).max(after.map_or(0, size));
    count(largest.div_ceil(1024).max(1))
}

pub(crate) fn count(units: usize) -> f64 {
    f64::from(u32::try_from(units).unwrap_or(u32::MAX))
}

/// What the index costs: nothing where nothing in it changes, one write where its key stays, two where that changes.
fn index_units(table: &str, before: Option<&Item>, after: Option<&Item>) -> Result<f64> {
    let Some(key) = schema(table)?.index else { return Ok(0.0) };
    let own = |item: Option<&Item>| -> Option<Map<String, Value>> {
        key.iter().map(|name| Some(((*name).to_owned(), item?.get(*name)?.clone()))).collect()
    };
    Ok(match (own(before), own(after)) {
        (None, None) => 0.0,
        (Some(left), Some(right)) if left == right && before == after => 0.0,
        (Some(left), Some(right)) if left != right => units(before, None) + units(None, after),
        _ => units(before, after),
    })
}
