//! OpenSearch as a stub: keeps the documents it is sent, and finds all of a chat's whatever the text.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::http::{Reply, Request, Serve, Server};
use crate::recording::{Call, Cost, Recording, Service};

/// Documents by their routing value, which is their chat.
type Documents = BTreeMap<String, Vec<Value>>;

#[derive(Debug)]
struct Stub {
    recording: Recording,
    hold: Duration,
    documents: Mutex<Documents>,
    away: AtomicBool,
}

impl Serve for Stub {
    fn answer(&self, request: Request) -> Option<Reply> {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let mut documents = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = match path.rsplit('/').next() {
            Some("_bulk") => bulk(&mut documents, &request.body),
            Some("_search") => search(&documents, query, &request.body),
            _ => Err(anyhow::anyhow!("unknown")),
        };
        drop(documents);
        std::thread::sleep(self.hold);
        self.recording.note(Call {
            service: Service::OpenSearch,
            what: path.rsplit('/').next().unwrap_or_default().to_owned(),
            arrived: request.arrived,
            left: Instant::now(),
            cost: Cost::default(),
        });
        if self.away.load(Ordering::SeqCst) {
            return Some(Reply::json(503, &json!({ "error": "away" })));
        }
        Some(match answer {
            Ok(answer) => Reply::json(200, &answer),
            Err(error) => {
                eprintln!("stub of OpenSearch, {} {path}: {error:#}", request.method);
                Reply::json(400, &json!({ "error": format!("{error:#}") }))
            }
        })
    }
}

/// Every action is a line of its own, with its document on the next.
fn bulk(documents: &mut Documents, body: &[u8]) -> Result<String> {
    let mut lines = body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let mut items = Vec::new();
    while let Some(action) = lines.next() {
        let action: Value = serde_json::from_slice(action)?;
        let (kind, target) =
            action.as_object().and_then(|action| action.iter().next()).context("no action")?;
        if kind != "delete" {
            let routing = target.get("routing").and_then(Value::as_str).context("no routing")?;
            let document = serde_json::from_slice(lines.next().context("no document")?)?;
            documents.entry(routing.to_owned()).or_default().push(document);
        }
        items.push(json!({ kind: { "status": 200 } }));
    }
    Ok(json!({ "took": 1, "errors": false, "items": items }).to_string())
}

fn search(documents: &Documents, query: &str, body: &[u8]) -> Result<String> {
    let routing = query.split('&').find_map(|pair| pair.strip_prefix("routing=")).context("no routing")?;
    let request: Value = serde_json::from_slice(body)?;
    let size = request.get("size").and_then(Value::as_u64).map_or(Ok(10), usize::try_from)?;
    let highlight: Map<String, Value> = request
        .pointer("/highlight/fields")
        .and_then(Value::as_object)
        .map(|fields| {
            fields.keys().map(|field| (field.clone(), json!(["a pot of <em>tea</em>, please"]))).collect()
        })
        .unwrap_or_default();
    let found = documents.get(&routing.replace("%23", "#")).into_iter().flatten().take(size);
    let hits: Vec<Value> = found
        .map(|document| {
            json!({
                "_index": "messages-v1", "_id": "x", "_score": 5.0, "_routing": routing, "_source": document,
                "sort": [5.0, document.get("number")], "highlight": highlight,
            })
        })
        .collect();
    let shards = json!({ "total": 1, "successful": 1, "skipped": 0, "failed": 0 });
    Ok(json!({ "took": 3, "timed_out": false, "_shards": shards, "hits": { "max_score": null, "hits": hits } }).to_string())
}

/// A running stub of OpenSearch.
#[derive(Debug)]
pub(crate) struct OpenSearch {
    stub: Arc<Stub>,
    server: Server,
}

impl OpenSearch {
    pub(crate) fn start(recording: Recording, hold: Duration) -> Result<Self> {
        let stub =
            Arc::new(Stub { recording, hold, documents: Mutex::default(), away: AtomicBool::new(false) });
        let server = Server::start(Arc::clone(&stub))?;
        Ok(Self { stub, server })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// Has it refuse whatever it is asked, or no longer.
    pub(crate) fn set_away(&self, away: bool) {
        self.stub.away.store(away, Ordering::SeqCst);
    }
}
