use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::client::{Client, Clients};
use crate::history::{ClientKey, Outcome, Request, Uncertainty};
use crate::random::Random;

/// How often a client sends a write at most.
const ATTEMPTS: u32 = 4;
/// How many applications there are before anything else is sent, and at most.
const FIRST_APPLICATIONS: usize = 3;
const MOST_APPLICATIONS: usize = 12;

/// An open-loop load: writes arrive at a rate, however long earlier ones take.
#[derive(Debug, Clone, Copy)]
pub struct Load {
    pub writes: u64,
    /// Writes a second.
    pub rate: f64,
}

impl Load {
    /// How long the writes take to arrive, on average.
    #[must_use]
    pub fn length(&self) -> Duration {
        // The precision is that of a plan.
        let writes = u32::try_from(self.writes).unwrap_or(u32::MAX);
        Duration::from_secs_f64(f64::from(writes) / self.rate)
    }
}

/// Clients that are waiting for something to do. Each sends one request at a time.
#[derive(Debug, Clone)]
struct Pool {
    clients: Clients,
    random: Random,
    idle: Arc<Mutex<(Vec<Client>, u32)>>,
}

/// Sends writes of every kind, as `random` decides, and waits for the last of them.
///
/// # Errors
/// The simulation cannot run a request.
pub async fn send_random_writes(clients: &Clients, load: Load, random: Random) -> Result<()> {
    let pool = Pool { clients: clients.clone(), random: random.fork(), idle: Arc::default() };
    let mut running = JoinSet::new();
    for number in 1..=load.writes {
        sleep(random.interval(load.rate)).await;
        let Some(request) = choose(clients, &random, number) else { continue };
        let key = random.chance(0.5).then(|| format!("key {number}").into());
        let pool = pool.clone();
        running.spawn(async move { pool.send(&request, key.as_ref()).await });
        while let Some(done) = running.try_join_next() {
            done??;
        }
    }
    while let Some(done) = running.join_next().await {
        done??;
    }
    Ok(())
}

impl Pool {
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
    async fn send(&self, request: &Request, key: Option<&Arc<str>>) -> Result<()> {
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

/// A write. `None` if there is nothing that such a write could be about.
fn choose(clients: &Clients, random: &Random, number: u64) -> Option<Request> {
    let directory = clients.directory();
    let applications = directory.open_applications();
    if applications < FIRST_APPLICATIONS {
        return Some(Request::CreateApplication { name: format!("application {number}").into() });
    }
    let body = || format!("message {number}").into();
    Some(match random.below(100) {
        0..=59 => match directory.pick_chat(random) {
            Some(chat) => Request::CreateMessage { chat, body: body() },
            None => Request::CreateChat { application: directory.pick_application(random)? },
        },
        60..=73 => Request::UpdateMessage { message: directory.pick_message(random)?, body: body() },
        74..=79 => Request::DeleteMessage { message: directory.pick_message(random)? },
        80..=87 => Request::CreateChat { application: directory.pick_application(random)? },
        88..=90 => Request::DeleteChat { chat: directory.pick_chat(random)? },
        91..=92 if applications < MOST_APPLICATIONS => {
            Request::CreateApplication { name: format!("application {number}").into() }
        }
        93..=95 => Request::RenameApplication {
            application: directory.pick_application(random)?,
            name: format!("application {number}").into(),
        },
        96..=97 => Request::RotateToken { application: directory.pick_application(random)? },
        98 => Request::DeleteApplication { application: directory.pick_application(random)? },
        _ => Request::CreateChat { application: directory.pick_application(random)? },
    })
}
