use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use super::client::Client;
use super::clients::Clients;
use crate::history::{Outcome, Request, Uncertainty};
use crate::random::Random;

/// How often a client sends a write at most.
const ATTEMPTS: u32 = 4;
/// How many of the clients wait as long as the gateway does.
const PATIENT: f64 = 0.8;
/// The shortest pause before another attempt, and the longest before the second. The longest doubles with each attempt.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// Idle clients. Each sends one request at a time.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    clients: Clients,
    random: Random,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Client>,
    last_key: u32,
}

impl Pool {
    pub(super) fn new(clients: &Clients, random: Random) -> Self {
        Self { clients: clients.clone(), random, state: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self) -> Client {
        let mut pool = self.lock();
        if let Some(client) = pool.idle.pop() {
            return client;
        }
        pool.last_key += 1;
        // Some clients give up long before the gateway does.
        if self.random.chance(PATIENT) {
            return self.clients.client(pool.last_key);
        }
        let timeout = Duration::from_millis(500 + self.random.below(10_000));
        self.clients.client_with_timeout(pool.last_key, timeout)
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
            let longest = LONGEST_PAUSE * 2_u32.pow(attempt - 1);
            sleep(self.random.between(SHORTEST_PAUSE, longest)).await;
        }
        self.lock().idle.push(client);
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
