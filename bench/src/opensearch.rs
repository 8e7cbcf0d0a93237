//! OpenSearch as a stub: its index is there, keeps what it is sent, and finds all of a chat's whatever the text.

mod documents;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use serde_json::json;

use crate::http::{Reply, Request, Serve, Server};
use crate::recording::{Call, Cost, Recording, Service};
use documents::Documents;

#[derive(Debug)]
struct Stub {
    recording: Recording,
    hold: Duration,
    documents: Mutex<Documents>,
    away: AtomicBool,
}

impl Stub {
    /// What the call is named in the record, and its reply.
    fn perform(&self, request: &Request) -> Result<(&'static str, Reply)> {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let what = match (request.method.as_str(), path) {
            ("POST", "/messages/_bulk") => "_bulk",
            ("POST", "/messages/_search") => "_search",
            ("HEAD", "/_alias/messages") => "HEAD _alias",
            (method, path) => bail!("the stub of OpenSearch does not know {method} {path}"),
        };
        if self.away.load(Ordering::SeqCst) {
            return Ok((what, Reply::empty(503)));
        }
        let mut documents = self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = match what {
            "_bulk" => Reply::json(200, &documents.bulk(&request.body)?),
            "_search" => Reply::json(200, &documents.search(query, &request.body)?),
            _ => Reply::empty(200),
        };
        Ok((what, reply))
    }
}

impl Serve for Stub {
    fn answer(&self, request: Request) -> Option<Reply> {
        let (what, reply) = match self.perform(&request) {
            Ok(performed) => performed,
            Err(error) => {
                eprintln!("{error:#}");
                return Some(Reply::json(400, &json!({ "error": format!("{error:#}") })));
            }
        };
        std::thread::sleep(self.hold);
        self.recording.note(Call {
            service: Service::OpenSearch,
            what: what.to_owned(),
            arrived: request.arrived,
            left: Instant::now(),
            cost: Cost::default(),
        });
        Some(reply)
    }
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
