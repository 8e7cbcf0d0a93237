use std::time::Duration;

use conversation::ports::StoreError;
use tokio::time::{sleep, timeout};

use super::Index;
use super::documents::Documents;
use crate::faults::{CallFault, Service};
use crate::network::RoundTrip;

/// What `opensearch-index` sets as the timeout of a call.
pub(super) const TIMEOUT: Duration = Duration::from_secs(3);

#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    #[error("OpenSearch did not respond within {} s", TIMEOUT.as_secs())]
    Silent,
    #[error("the connection to OpenSearch was refused")]
    Refused,
    #[error("the connection to OpenSearch broke")]
    Broken,
    #[error("OpenSearch responded with status {0}")]
    Status(u16),
    #[error("OpenSearch refused all changes with status 429")]
    NoRoom,
}

impl Index {
    /// Makes a call. It is a task of its own: a caller that gives up or is killed does not take it back.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        operation: &'static str,
        effect: impl FnOnce(&mut Documents, Duration) -> T + Send + 'static,
    ) -> Result<T, StoreError> {
        let index = self.clone();
        let call = tokio::spawn(async move { index.carry(operation, effect).await });
        let reply = match timeout(TIMEOUT, call).await {
            Ok(Ok(reply)) => reply,
            Ok(Err(_)) | Err(_) => Err(CallError::Silent),
        };
        reply.map_err(StoreError::new)
    }

    async fn carry<T>(
        &self,
        operation: &str,
        effect: impl FnOnce(&mut Documents, Duration) -> T,
    ) -> Result<T, CallError> {
        let is_on_dead_connection = self.connections.take_dead(Service::OpenSearch);
        let latency = self.latency.draw(&self.random);
        let trip = RoundTrip::new(&self.context, Service::OpenSearch, is_on_dead_connection, latency);
        trip.reach_service().await;
        let value = trip.has_effect().then(|| effect(&mut self.lock(), self.context.now()));
        self.context.trace(format_args!("opensearch {operation} {:?}", trip.fault));
        trip.return_to_caller().await;
        match trip.fault {
            None => value.ok_or(CallError::Silent),
            Some(CallFault::Throttled) => Err(CallError::Status(429)),
            Some(CallFault::ServerError | CallFault::ServerErrorAfterEffect) => Err(CallError::Status(503)),
            Some(CallFault::Refused) => Err(CallError::Refused),
            Some(CallFault::NotReceived | CallFault::ReplyLost) => Err(CallError::Broken),
            Some(CallFault::Silent | CallFault::Late(_)) => {
                sleep(TIMEOUT).await;
                Err(CallError::Silent)
            }
        }
    }
}
