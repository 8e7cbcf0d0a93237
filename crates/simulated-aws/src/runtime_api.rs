//! The Lambda Runtime API of a function's process: hands out events, receives responses, and notes when.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use bytes::Bytes;
use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::loopback::{LoopbackServer, Request, Response, Serve};

/// How long a function may take for anything.
const DEADLINE: Duration = Duration::from_secs(30);

/// What a function did, and when.
enum Progress {
    AskedForEvent(Instant),
    /// `Err` is the function's report of an error.
    Responded(Instant, Result<String, String>),
}

/// The side of the API that the function sees.
struct RuntimeState {
    events: Mutex<UnboundedReceiver<String>>,
    progress: Sender<Progress>,
}

impl Serve for RuntimeState {
    async fn serve(&self, request: Request) -> Option<Response<Bytes>> {
        let path = request.parts.uri.path();
        if path.ends_with("/invocation/next") {
            self.progress.send(Progress::AskedForEvent(request.arrived)).ok()?;
            // There is no next one if the other side was dropped.
            return invocation(self.events.lock().await.recv().await?);
        }
        let text = String::from_utf8_lossy(&request.body).into_owned();
        let response = if path.ends_with("/response") { Ok(text) } else { Err(text) };
        self.progress.send(Progress::Responded(request.arrived, response)).ok()?;
        Response::builder().status(202).body(Bytes::from_static(b"{\"status\":\"OK\"}")).ok()
    }
}

fn invocation(event: String) -> Option<Response<Bytes>> {
    let deadline = SystemTime::now().duration_since(UNIX_EPOCH).ok()? + Duration::from_secs(25);
    Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
        .header("lambda-runtime-deadline-ms", deadline.as_millis().to_string())
        .header(
            "lambda-runtime-invoked-function-arn",
            "arn:aws:lambda:eu-central-1:123456789012:function:chatlog",
        )
        .header(
            "lambda-runtime-trace-id",
            "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0",
        )
        .body(event.into())
        .ok()
}

/// The Runtime API of one process.
#[derive(Debug)]
pub struct RuntimeApi {
    server: LoopbackServer,
    events: UnboundedSender<String>,
    progress: Receiver<Progress>,
    idle_since: Option<Instant>,
}

impl RuntimeApi {
    pub fn start() -> Result<Self> {
        let (events, receiver) = unbounded_channel();
        let (sender, progress) = channel();
        let state = RuntimeState { events: Mutex::new(receiver), progress: sender };
        Ok(Self { server: LoopbackServer::start(state)?, events, progress, idle_since: None })
    }

    /// For `AWS_LAMBDA_RUNTIME_API`.
    #[must_use]
    pub fn address(&self) -> String {
        self.server.address().to_string()
    }

    /// Waits until the function asks for an event, and returns when it did.
    pub fn wait_until_idle(&mut self) -> Result<Instant> {
        if let Some(since) = self.idle_since {
            return Ok(since);
        }
        match self.progress.recv_timeout(DEADLINE).context("it asked for no event")? {
            Progress::AskedForEvent(at) => Ok(*self.idle_since.insert(at)),
            Progress::Responded(_, Err(error)) => bail!("it failed to start: {error}"),
            Progress::Responded(_, Ok(response)) => bail!("it responded twice: {response}"),
        }
    }

    /// Has the function handle an event. Returns its response, and how long that took.
    pub fn invoke(&mut self, event: &str) -> Result<(String, Duration)> {
        self.wait_until_idle()?;
        self.idle_since = None;
        let sent = Instant::now();
        self.events.send(event.to_owned()).context("its connection ended")?;
        match self.progress.recv_timeout(DEADLINE).context("it did not respond to an event")? {
            Progress::Responded(at, Ok(response)) => Ok((response, at.saturating_duration_since(sent))),
            Progress::Responded(_, Err(error)) => bail!("it failed at an event: {error}"),
            Progress::AskedForEvent(_) => bail!("it did not respond to an event"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;

    /// Asks for an event and posts `response` for it, as a function does.
    fn handle_one(address: &str, path: &str, response: &str) -> String {
        let api = format!("http://{address}/2018-06-01/runtime/invocation");
        let event = ureq::get(format!("{api}/next")).call().unwrap().body_mut().read_to_string().unwrap();
        ureq::post(format!("{api}/id/{path}")).send(response).unwrap();
        event
    }

    #[test]
    fn a_function_gets_an_event_and_its_response_comes_back() {
        let mut api = RuntimeApi::start().unwrap();
        let address = api.address();
        let function = thread::spawn(move || handle_one(&address, "response", "done"));
        assert_eq!(api.invoke("work").unwrap().0, "done");
        assert_eq!(function.join().unwrap(), "work");
    }

    #[test]
    fn an_error_of_the_function_is_an_error() {
        let mut api = RuntimeApi::start().unwrap();
        let address = api.address();
        let function = thread::spawn(move || handle_one(&address, "error", "out of tea"));
        assert!(format!("{:#}", api.invoke("work").unwrap_err()).contains("out of tea"));
        function.join().unwrap();
    }
}
