use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use super::client::{Client, Clients};
use crate::history::{ClientKey, Outcome, Request, Uncertainty};
use crate::random::Random;

/// How often a client sends a write at most.
const ATTEMPTS: u32 = 4;

/// Clients that are waiting for something to do. Each sends one request at a time.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    clients: Clients,
    random: Random,
    idle: Arc<Mutex<(Vec<Client>, u32)>>,
}

impl Pool {
    pub(super) fn new(clients: &Clients, random: Random) -> Self {
        Self { clients: clients.clone(), random, idle: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, (Vec<Client>, u32)> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Client {
        let mut idle = self.lock();
        if let Some(client) = idle.0.pop() {
            return client;
        }
        idle.1 += 1;
        // Some clients give up long before the gateway does.
        let patience = if self.random.chance(0.8) { 30_000 } else { 500 + self.random.below(10_000) };
        Client {
            shared: self.clients.clone(),
            key: ClientKey(idle.1),
            patience: Duration::from_millis(patience),
        }
    }

    /// Sends a write until it is accepted or certainly refused. Without a key, a creation is not sent again: it might
    /// happen twice.
    pub(super) async fn send(&self, request: &Request, key: Option<&Arc<str>>) -> Result<()> {
        let client = self.take();
        let key = if takes_key(request) { key } else { None };
        let may_repeat = key.is_some() || !takes_key(request);
        for attempt in 1..=ATTEMPTS {
            let outcome = client.attempt(request, key).await?;
            let is_final = match &outcome {
                Outcome::Ok(_) => true,
                Outcome::Refused { status, code } => {
                    !(*status == 429 || *status == 503 || &**code == "idempotency_key_in_use")
                }
                Outcome::Unknown(Uncertainty::NoReply | Uncertainty::Status { .. }) => !may_repeat,
            };
            if is_final {
                break;
            }
            let longest = Duration::from_millis(500) * 2_u32.pow(attempt);
            sleep(self.random.between(Duration::from_millis(100), longest)).await;
        }
        self.lock().0.push(client);
        Ok(())
    }
}

/// Whether the request is a creation, for which clients may send an `Idempotency-Key`.
fn takes_key(request: &Request) -> bool {
    matches!(
        request,
        Request::CreateApplication { .. }
            | Request::CreateChat { .. }
            | Request::CreateMessage { .. }
            | Request::RotateToken { .. }
    )
}
