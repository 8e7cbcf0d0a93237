use std::io;
use std::sync::{Arc, Mutex, Once, PoisonError};

use serde_json::Value;
use tracing::Level;
use tracing::callsite::rebuild_interest_cache;
use tracing::subscriber::{DefaultGuard, set_default, set_global_default};
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
        // A statement that another thread reaches first, while no thread captures, would be switched off for good: `tracing` decides that
        // once, and may miss a subscriber that begins at that moment. A subscriber of the whole process wants all statements.
        static PROCESS: Once = Once::new();
        PROCESS.call_once(|| {
            let _ = set_global_default(tracing_subscriber::registry());
        });
        let output = Output::default();
        let writer = output.clone();
        let subscriber = tracing_subscriber::registry().with(lines("chatlog", level, move || writer.clone()));
        let default = set_default(subscriber);
        rebuild_interest_cache();
        Self { output, _default: default }
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
