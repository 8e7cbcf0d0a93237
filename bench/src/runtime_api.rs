//! A stub of the Lambda Runtime API: hands out events, takes answers, notes when.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::http::{Reply, Request, Serve, Server};

/// How long a function may take over anything before it is given up.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a function answered to one event.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) body: String,
    /// From handing out the event to having the answer.
    pub(crate) took: Duration,
}

#[derive(Debug, Default)]
struct State {
    /// When the function asked for work for the first time.
    first_asked: Option<Instant>,
    /// Whether it waits for work now.
    asks: bool,
    event: Option<Vec<u8>>,
    handed_out: Option<Instant>,
    answer: Option<(Instant, Result<String, String>)>,
    closed: bool,
}

#[derive(Debug, Default)]
struct Desk {
    state: Mutex<State>,
    changed: Condvar,
}

impl Desk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.changed.notify_all();
    }

    /// Waits until `ready` gives something.
    fn wait<T>(&self, patience: Duration, mut ready: impl FnMut(&mut State) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + patience;
        let mut state = self.state();
        loop {
            if let Some(value) = ready(&mut state) {
                return Some(value);
            }
            let left = deadline.checked_duration_since(Instant::now())?;
            state = self.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn next(&self, arrived: Instant) -> Option<Reply> {
        self.change(|state| {
            state.first_asked.get_or_insert(arrived);
            state.asks = true;
        });
        let event = self.wait(Duration::MAX / 4, |state| match state.event.take() {
            Some(event) => Some(Some(event)),
            None => state.closed.then_some(None),
        })??;
        let deadline = std::time::SystemTime::now() + Duration::from_secs(25);
        let deadline = deadline.duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_millis();
        let headers = vec![
            ("content-type", "application/json".to_owned()),
            ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
            ("lambda-runtime-deadline-ms", deadline.to_string()),
            (
                "lambda-runtime-invoked-function-arn",
                "arn:aws:lambda:eu-central-1:123456789012:function:bench".to_owned(),
            ),
            (
                "lambda-runtime-trace-id",
                "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0".to_owned(),
            ),
        ];
        self.change(|state| {
            state.asks = false;
            state.handed_out = Some(Instant::now());
        });
        Some(Reply { status: 200, headers, body: event })
    }
}

impl Serve for Desk {
    fn answer(&self, request: Request) -> Option<Reply> {
        if request.path.ends_with("/invocation/next") {
            return self.next(request.arrived);
        }
        let text = String::from_utf8_lossy(&request.body).into_owned();
        let answer = if request.path.ends_with("/response") { Ok(text) } else { Err(text) };
        self.change(|state| state.answer = Some((request.arrived, answer)));
        Some(Reply::json(202, &r#"{"status":"OK"}"#))
    }
}

/// The Runtime API of one process.
#[derive(Debug)]
pub(crate) struct RuntimeApi {
    desk: Arc<Desk>,
    server: Server,
}

impl RuntimeApi {
    pub(crate) fn start() -> Result<Self> {
        let desk = Arc::new(Desk::default());
        let server = Server::start(Arc::clone(&desk))?;
        Ok(Self { desk, server })
    }

    pub(crate) fn address(&self) -> String {
        self.server.address().to_string()
    }

    /// Waits until the function asks for work, and tells when it did so first.
    pub(crate) fn wait_until_idle(&self) -> Result<Instant> {
        let asked = |state: &mut State| match &state.answer {
            Some((_, Err(error))) => Some(Err(error.clone())),
            _ => state.first_asked.filter(|_| state.asks).map(Ok),
        };
        match self.desk.wait(PATIENCE, asked) {
            Some(Ok(first)) => Ok(first),
            Some(Err(error)) => bail!("it failed to start: {error}"),
            None => bail!("it asked for no work within {PATIENCE:?}"),
        }
    }

    /// Has the function work on one event.
    pub(crate) fn invoke(&self, event: &str) -> Result<Answer> {
        self.wait_until_idle()?;
        self.desk.change(|state| {
            state.answer = None;
            state.event = Some(event.as_bytes().to_vec());
        });
        let (at, answer) =
            self.desk.wait(PATIENCE, |state| state.answer.take()).context("it did not answer an event")?;
        let handed_out = self.desk.state().handed_out.context("the event was not handed out")?;
        match answer {
            Ok(body) => Ok(Answer { body, took: at.saturating_duration_since(handed_out) }),
            Err(error) => bail!("it answered an event with an error: {error}"),
        }
    }
}

impl Drop for RuntimeApi {
    fn drop(&mut self) {
        self.desk.change(|state| state.closed = true);
    }
}
