//! The documents of the stub, as OpenSearch keeps them: under versions that only grow.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

/// What is known of a document; nothing but its version where it was deleted.
#[derive(Debug)]
struct Versioned {
    version: u64,
    document: Option<Value>,
}

/// Documents by their routing value, which is their chat, and their name.
#[derive(Debug, Default)]
pub(super) struct Documents(BTreeMap<String, BTreeMap<String, Versioned>>);

impl Documents {
    /// Every action is a line of its own; where it brings a document, that is on the next.
    pub(super) fn bulk(&mut self, body: &[u8]) -> Result<Value> {
        let mut lines = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let mut items = Vec::new();
        while let Some(action) = lines.next() {
            let action: Value = serde_json::from_slice(action)?;
            let (kind, target) =
                action.as_object().and_then(|action| action.iter().next()).context("no action")?;
            let document = match kind.as_str() {
                "index" => Some(serde_json::from_slice(lines.next().context("no document")?)?),
                "delete" => None,
                other => bail!("the stub of OpenSearch does not know {other}"),
            };
            items.push(json!({ kind: self.change(target, document)? }));
        }
        let errors = items.iter().any(|item| item.pointer("/index/error").is_some());
        Ok(json!({ "took": 1, "errors": errors, "items": items }))
    }

    /// Takes the document's new state unless the one that is known is as new.
    fn change(&mut self, target: &Value, document: Option<Value>) -> Result<Value> {
        let text = |name| target.get(name).and_then(Value::as_str).with_context(|| format!("no {name}"));
        let version = target.get("version").and_then(Value::as_u64).context("no version")?;
        let of_chat = self.0.entry(text("routing")?.to_owned()).or_default();
        let before = of_chat.get(text("_id")?);
        if before.is_some_and(|before| before.version >= version) {
            let reason = json!({ "type": "version_conflict_engine_exception", "reason": "as new or newer" });
            return Ok(json!({ "status": 409, "error": reason }));
        }
        let was_there = before.is_some_and(|before| before.document.is_some());
        let status = if document.is_some() || was_there { 200 } else { 404 };
        of_chat.insert(text("_id")?.to_owned(), Versioned { version, document });
        Ok(json!({ "status": status }))
    }

    /// Finds all of a chat's, whatever the text, as many as fit.
    pub(super) fn search(&self, query: &str, body: &[u8]) -> Result<Value> {
        let routing = query.split('&').find_map(|pair| pair.strip_prefix("routing="));
        let routing = routing.context("no routing")?.replace("%23", "#");
        let request: Value = serde_json::from_slice(body)?;
        let size = request.get("size").and_then(Value::as_u64).map_or(Ok(10), usize::try_from)?;
        let highlight: Map<String, Value> = request
            .pointer("/highlight/fields")
            .and_then(Value::as_object)
            .map(|fields| {
                fields.keys().map(|field| (field.clone(), json!(["a pot of <em>tea</em>, please"]))).collect()
            })
            .unwrap_or_default();
        let of_chat = self.0.get(&routing).into_iter().flat_map(BTreeMap::values);
        let found = of_chat.filter_map(|versioned| versioned.document.as_ref()).take(size);
        let hits: Vec<Value> = found
            .map(|document| {
                json!({
                    "_index": "messages-v1", "_id": "x", "_score": 5.0, "_routing": routing, "_source": document,
                    "sort": [5.0, document.get("number")], "highlight": highlight,
                })
            })
            .collect();
        let shards = json!({ "total": 1, "successful": 1, "skipped": 0, "failed": 0 });
        let hits = json!({ "max_score": null, "hits": hits });
        Ok(json!({ "took": 3, "timed_out": false, "_shards": shards, "hits": hits }))
    }
}
