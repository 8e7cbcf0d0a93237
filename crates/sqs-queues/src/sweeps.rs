use aws_types::SdkConfig;
use conversation::ports::{QueueSweeps, StoreError};
use conversation::{Sweep, Write};
use function_environment::{ConfigError, Environment};

use crate::standard_queue::StandardQueue;
use crate::{UnreadableRecord, decode_write, encode_write};

/// The queue of sweeps. Its records have the form of writes: `persist` passes on those that a deletion of an application
/// put on the queue of writes.
#[derive(Debug, Clone)]
pub struct SweepQueue(StandardQueue);

impl SweepQueue {
    /// # Errors
    /// `SWEEPS_QUEUE_URL` is missing or no URL.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        let url = environment.variables.url("SWEEPS_QUEUE_URL", "the URL of the queue of sweeps")?;
        Ok(Self::new(&environment.sdk, &url))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, url: &str) -> Self {
        Self(StandardQueue::new(config, url))
    }
}

impl QueueSweeps for SweepQueue {
    async fn queue_sweeps(&self, sweeps: &[Sweep]) -> Result<(), StoreError> {
        let bodies: Result<Vec<String>, _> =
            sweeps.iter().map(|sweep| encode_write(&Write::Sweep(sweep.clone()))).collect();
        self.0.send_all(&bodies.map_err(StoreError::new)?).await
    }
}

/// Decodes a record of the queue of sweeps.
///
/// # Errors
/// [`UnreadableRecord`] for anything else, including a record of another version.
pub fn decode_sweep(text: &str) -> Result<Sweep, UnreadableRecord> {
    match decode_write(text)? {
        Write::Sweep(sweep) => Ok(sweep),
        Write::CreateChat(_) | Write::DeleteChat(_) | Write::Message(_) => {
            Err(UnreadableRecord::new("not a sweep, but another write".to_owned()))
        }
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{application_id, chat_id, delete_chat};

    use super::*;

    #[test]
    fn another_write_is_not_a_sweep() {
        let write = Write::DeleteChat(delete_chat(&chat_id(&application_id(), 1), 2));
        let error = decode_sweep(&encode_write(&write).unwrap()).unwrap_err();
        assert_eq!(error.to_string(), "not a sweep, but another write");
        assert!(!error.is_newer());
        assert!(decode_sweep(r#"{"version":2}"#).unwrap_err().is_newer());
    }
}
