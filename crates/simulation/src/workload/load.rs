use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::Result;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::clients::Clients;
use super::pool::Pool;
use super::work::{Work, request};
use crate::random::Random;

/// Writes of one kind.
#[derive(Debug, Clone)]
pub(crate) struct Stream {
    pub(crate) work: Work,
    pub(crate) arrivals: Arrivals,
    /// When the first one is sent, after the start of the measured part of the run.
    pub(crate) from: Duration,
    pub(crate) writes: u32,
}

/// When the writes of a stream are sent.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arrivals {
    /// At this rate a second, at random times, however long earlier ones take.
    Open { rate: u32 },
    /// By this many clients. Each sends its next write after the reply to the last one and a pause.
    Closed { clients: u32, pause: Duration },
}

impl Stream {
    /// When the last write is sent, on average, if a reply takes no time.
    pub(crate) fn end(&self) -> Duration {
        let each = match self.arrivals {
            Arrivals::Open { rate } => Duration::from_secs(1) / rate.max(1),
            Arrivals::Closed { clients, pause } => pause / clients.max(1),
        };
        self.from + each * self.writes
    }
}

/// Sends the writes of a stream, and waits for the last reply. `sent` counts them.
///
/// # Errors
/// The simulation cannot run a request.
pub(crate) async fn send_writes(
    clients: Clients,
    stream: Stream,
    random: Random,
    sent: Arc<AtomicU32>,
) -> Result<()> {
    sleep(stream.from).await;
    let sender =
        Sender { pool: Pool::new(&clients, random.fork()), clients, work: stream.work, random, sent };
    match stream.arrivals {
        Arrivals::Open { rate } => sender.send_at(rate, stream.writes).await,
        Arrivals::Closed { clients, pause } => sender.send_in_turn(clients, pause, stream.writes).await,
    }
}

#[derive(Debug, Clone)]
struct Sender {
    clients: Clients,
    work: Work,
    random: Random,
    pool: Pool,
    sent: Arc<AtomicU32>,
}

impl Sender {
    /// Waits for moments, not for durations: timers have a resolution of a millisecond, and delays would add up.
    async fn send_at(self, rate: u32, writes: u32) -> Result<()> {
        let mut running = JoinSet::new();
        let clock = self.clients.region.context.clock;
        let mut next = clock.now();
        for _ in 0..writes {
            next += self.random.interval(f64::from(rate));
            clock.sleep_until(next).await;
            let sender = self.clone();
            running.spawn(async move { sender.send().await });
            while let Some(done) = running.try_join_next() {
                done??;
            }
        }
        all(running).await
    }

    async fn send_in_turn(self, clients: u32, pause: Duration, writes: u32) -> Result<()> {
        let mut running = JoinSet::new();
        let left = Arc::new(AtomicU32::new(writes));
        for _ in 0..clients {
            let (sender, left) = (self.clone(), Arc::clone(&left));
            running.spawn(async move {
                let take = |left: u32| left.checked_sub(1);
                while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok() {
                    sender.send().await?;
                    sleep(sender.random.between(pause / 2, pause * 3 / 2)).await;
                }
                Ok(())
            });
        }
        all(running).await
    }

    /// Sends one write, if there is something to write about. Half of the clients send keys.
    async fn send(&self) -> Result<()> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed) + 1;
        let Some(request) = request(self.work, &self.clients, &self.random, number) else { return Ok(()) };
        let key = self.random.chance(0.5).then(|| format!("key {number}").into());
        self.pool.send(&request, key.as_ref()).await
    }
}

async fn all(mut running: JoinSet<Result<()>>) -> Result<()> {
    while let Some(done) = running.join_next().await {
        done??;
    }
    Ok(())
}
