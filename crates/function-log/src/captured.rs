use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tracing::Level;
use tracing::subscriber::{DefaultGuard, set_default};
use tracing_subscriber::prelude::*;

use crate::lines;

/// What this thread logs while it exists, as a function of the stack `chatlog` writes it.
#[derive(Debug)]
pub struct CapturedLog {
    output: Output,
    _default: DefaultGuard,
}

impl CapturedLog {
    /// `level`: as `LOG_LEVEL` of a function.
    #[must_use]
    pub fn start(level: Level) -> Self {
        let output = Output::default();
        let writer = output.clone();
        let subscriber = tracing_subscriber::registry().with(lines("chatlog", level, move || writer.clone()));
        Self { output, _default: set_default(subscriber) }
    }

    /// The lines so far. One that is no JSON is a text.
    #[must_use]
    pub fn lines(&self) -> Vec<Value> {
        let output = self.output.0.lock().unwrap_or_else(PoisonError::into_inner);
        let text = String::from_utf8_lossy(&output).into_owned();
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| line.into())).collect()
    }
}

#[derive(Debug, Clone, Default)]
struct Output(Arc<Mutex<Vec<u8>>>);

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
