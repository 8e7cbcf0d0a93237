use conversation::IndexGeneration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One index of the deployment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexSummary {
    pub generation: IndexGeneration,
    /// Whether searches use it.
    pub is_current: bool,
    /// The version of its mapping. Indexes from before versions have 1.
    pub mapping_version: u64,
    pub documents: u64,
    pub bytes: u64,
}

/// The health of the domain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DomainHealth {
    /// `green`, `yellow` or `red`.
    pub status: String,
    #[serde(rename(deserialize = "number_of_nodes"))]
    pub nodes: u64,
    pub unassigned_shards: u64,
}

/// `indexes` is the response to `GET {pattern}`, `stats` that to `GET {pattern}/_stats`.
pub(super) fn summaries(alias: &str, indexes: &Value, stats: &Value) -> Vec<IndexSummary> {
    let indexes = indexes.as_object().into_iter().flatten();
    let mut summaries: Vec<IndexSummary> = indexes
        .filter_map(|(name, index)| {
            let number = name.strip_prefix(alias)?.strip_prefix("-v")?.parse().ok()?;
            let stats = stats.get("indices").and_then(|indices| indices.get(name));
            let count =
                |pointer| stats.and_then(|stats| stats.pointer(pointer)?.as_u64()).unwrap_or_default();
            let mapping_version = index.pointer("/mappings/_meta/mapping_version").and_then(Value::as_u64);
            Some(IndexSummary {
                generation: IndexGeneration::new(number)?,
                is_current: index.get("aliases").is_some_and(|aliases| aliases.get(alias).is_some()),
                mapping_version: mapping_version.unwrap_or(1),
                documents: count("/primaries/docs/count"),
                bytes: count("/total/store/size_in_bytes"),
            })
        })
        .collect();
    summaries.sort_unstable_by_key(|summary| summary.generation);
    summaries
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn indexes_are_listed_by_their_number() {
        let stats = |documents| json!({ "primaries": { "docs": { "count": documents } }, "total": { "store": { "size_in_bytes": 7 } } });
        let indexes = json!({
            "tea-messages-v10": { "aliases": { "tea-messages-v10-writes": {} }, "mappings": { "_meta": { "mapping_version": 2 } } },
            "tea-messages-v2": { "aliases": { "tea-messages": {} }, "mappings": {} },
            "tea-messages-very-own": { "aliases": {}, "mappings": {} },
        });
        let stats = json!({ "indices": { "tea-messages-v10": stats(3), "tea-messages-v2": stats(5) } });
        let summaries = summaries("tea-messages", &indexes, &stats);
        let expected = |number, is_current, mapping_version, documents| IndexSummary {
            generation: IndexGeneration::new(number).unwrap(),
            is_current,
            mapping_version,
            documents,
            bytes: 7,
        };
        assert_eq!(summaries, [expected(2, true, 1, 5), expected(10, false, 2, 3)]);
    }
}
