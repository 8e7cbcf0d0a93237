use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value, json};

use crate::faults::{Fault, Faults};
use crate::recording::{Call, Permission, Service, Units};
use crate::reply::{Exchange, Reply};

/// The alias of the functions and the index behind it.
const ALIAS: &str = "messages";
const INDEX: &str = "messages-v1";
/// The alias of the index that a rebuild fills.
const NEXT: &str = "messages-v2-writes";

/// OpenSearch with one index, or two during a rebuild, which keep documents under external versions. A search finds all documents of a
/// chat, whatever the text.
#[derive(Debug)]
pub struct OpenSearch {
    indexes: Mutex<BTreeMap<Index, Documents>>,
    faults: Faults,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Index {
    Current,
    Next,
}

impl Index {
    /// The index behind an alias.
    fn behind(alias: &str) -> Option<Self> {
        match alias {
            ALIAS => Some(Self::Current),
            NEXT => Some(Self::Next),
            _ => None,
        }
    }
}

/// Documents by routing value, which is the chat, and id.
type Documents = BTreeMap<String, BTreeMap<String, Document>>;

#[derive(Debug)]
struct Document {
    version: u64,
    /// `None` once it is deleted.
    source: Option<Value>,
}

impl Default for OpenSearch {
    fn default() -> Self {
        Self { indexes: Mutex::new([(Index::Current, Documents::new())].into()), faults: Faults::default() }
    }
}

impl OpenSearch {
    /// Has `plan` decide for each call, before its effect, what goes wrong with it.
    pub fn plan_faults(&self, plan: impl FnMut(&Call) -> Option<Fault> + Send + 'static) {
        self.faults.plan(plan);
    }

    pub fn end_faults(&self) {
        self.faults.end();
    }

    /// Deletes the index with all of its documents.
    pub fn lose_index(&self) {
        self.lock().remove(&Index::Current);
    }

    /// Creates the second index, which a rebuild fills.
    pub fn begin_rebuild(&self) {
        self.lock().insert(Index::Next, Documents::new());
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<Index, Documents>> {
        self.indexes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Performs a call. Fails if it is not simulated or its body has another form.
    pub fn call(&self, caller: &str, method: &str, path_and_query: &str, body: &[u8]) -> Result<Exchange> {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let path = path.trim_start_matches('/');
        let mut action = method.to_ascii_lowercase();
        if let Some(first) = action.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let call = Call {
            caller: caller.to_owned(),
            service: Service::OpenSearch,
            operation: method.to_owned(),
            // The roles name the indexes of all rebuilds.
            permissions: [Permission::new(
                format!("es:ESHttp{action}"),
                path.replace(NEXT, "messages-v*-writes"),
            )]
            .into(),
            units: Units::default(),
        };
        let fault = self.faults.fault(&call);
        let reply = match fault {
            Some(Fault::NotReceived) => None,
            Some(Fault::Throttled) => Some(Reply { status: 429, body: Value::Null }),
            Some(Fault::ServerError) => Some(Reply { status: 503, body: Value::Null }),
            None | Some(Fault::ReplyLost) => {
                let reply = self.perform(method, path, query, body)?;
                fault.is_none().then_some(reply)
            }
        };
        Ok(Exchange { call, reply })
    }

    fn perform(&self, method: &str, path: &str, query: &str, body: &[u8]) -> Result<Reply> {
        let mut indexes = self.lock();
        let index_of = |path: &str, suffix| path.strip_suffix(suffix).and_then(Index::behind);
        let (status, body) = match (method, path) {
            ("HEAD", _) if let Some(index) = path.strip_prefix("_alias/").and_then(Index::behind) => {
                (if indexes.contains_key(&index) { 200 } else { 404 }, Value::Null)
            }
            ("PUT", INDEX) if indexes.contains_key(&Index::Current) => {
                let error = json!({ "type": "resource_already_exists_exception" });
                (400, json!({ "error": error, "status": 400 }))
            }
            ("PUT", INDEX) => {
                indexes.insert(Index::Current, Documents::new());
                (200, json!({ "acknowledged": true, "shards_acknowledged": true, "index": INDEX }))
            }
            ("POST", _) if let Some(index) = index_of(path, "/_bulk") => {
                (200, bulk(indexes.get_mut(&index), body)?)
            }
            ("POST", "messages/_search") => match indexes.get(&Index::Current) {
                Some(documents) => (200, search(documents, query, body)?),
                None => (404, json!({ "error": no_index(), "status": 404 })),
            },
            _ => bail!("{method} {path} of OpenSearch is not simulated"),
        };
        Ok(Reply { status, body })
    }
}

fn no_index() -> Value {
    json!({ "type": "index_not_found_exception", "reason": format!("no such index [{ALIAS}]") })
}

/// Applies NDJSON: each action is a line, and the document of an `index` action the line after it.
fn bulk(mut index: Option<&mut Documents>, body: &[u8]) -> Result<Value> {
    let mut lines = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let mut items = Vec::new();
    while let Some(line) = lines.next() {
        let action: Value = serde_json::from_slice(line)?;
        let (kind, target) =
            action.as_object().and_then(|action| action.iter().next()).context("no action")?;
        let source = match kind.as_str() {
            "index" => Some(serde_json::from_slice(lines.next().context("no document")?)?),
            "delete" => None,
            other => bail!("the bulk action {other} is not simulated"),
        };
        if target.get("require_alias") != Some(&Value::Bool(true)) {
            bail!("without require_alias, this action creates an index that is missing");
        }
        let item = match index.as_deref_mut() {
            Some(documents) => change(documents, target, source)?,
            None => json!({ "status": 404, "error": no_index() }),
        };
        items.push(json!({ kind: item }));
    }
    let mut outcomes = items.iter().filter_map(Value::as_object).flat_map(Map::values);
    let errors = outcomes.any(|outcome| outcome.get("error").is_some());
    Ok(json!({ "took": 1, "errors": errors, "items": items }))
}

/// Stores the state of a document unless the known one has the same version or a later one.
fn change(documents: &mut Documents, target: &Value, source: Option<Value>) -> Result<Value> {
    let text = |name| target.get(name).and_then(Value::as_str).with_context(|| format!("no {name}"));
    let version = target.get("version").and_then(Value::as_u64).context("no version")?;
    let of_chat = documents.entry(text("routing")?.to_owned()).or_default();
    let before = of_chat.get(text("_id")?);
    if before.is_some_and(|before| before.version >= version) {
        let error = json!({ "type": "version_conflict_engine_exception", "reason": "version conflict" });
        return Ok(json!({ "status": 409, "error": error }));
    }
    let status = match (before.and_then(|before| before.source.as_ref()), &source) {
        (None, Some(_)) => 201,
        (None, None) => 404,
        (Some(_), _) => 200,
    };
    of_chat.insert(text("_id")?.to_owned(), Document { version, source });
    Ok(json!({ "status": status }))
}

fn search(documents: &Documents, query: &str, body: &[u8]) -> Result<Value> {
    let routing = query.split('&').find_map(|pair| pair.strip_prefix("routing=")).context("no routing")?;
    let routing = routing.replace("%23", "#");
    let request: Value = serde_json::from_slice(body)?;
    let size = request.get("size").and_then(Value::as_u64).map_or(Ok(10), usize::try_from)?;
    let fields = request.pointer("/highlight/fields").and_then(Value::as_object).map(Map::keys);
    let highlight: Map<String, Value> = fields
        .into_iter()
        .flatten()
        .map(|field| (field.clone(), json!(["a pot of <em>tea</em>, please"])))
        .collect();
    let of_chat = documents.get(&routing).into_iter().flat_map(BTreeMap::iter);
    let found = of_chat.filter_map(|(id, document)| Some((id, document.source.as_ref()?))).take(size);
    let hits: Vec<Value> = found
        .map(|(id, source)| {
            json!({
                "_index": INDEX, "_id": id, "_score": 5.0, "_routing": routing, "_source": source,
                "sort": [5.0, source.get("number")], "highlight": highlight,
            })
        })
        .collect();
    let shards = json!({ "total": 1, "successful": 1, "skipped": 0, "failed": 0 });
    Ok(
        json!({ "took": 3, "timed_out": false, "_shards": shards, "hits": { "max_score": null, "hits": hits } }),
    )
}
