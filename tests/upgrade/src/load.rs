use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use test_stack::eventually;

use crate::clients::{Bystander, Owner, Tenant, Writer};

const CLIENTS: usize = 5;

/// Clients that use a stack at the same time, round after round, and check every reply. None of them retries: a program that is replaced
/// ends its invocations, so that no request may fail.
#[derive(Debug, Default)]
pub struct Load {
    is_over: AtomicBool,
    rounds: [AtomicU64; CLIENTS],
}

impl Load {
    /// Does `work` while the clients use the stack. Then checks that everything they wrote is there, and nothing else.
    pub async fn during(work: impl AsyncFnOnce(&Self)) {
        let load = Self::default();
        let mut writers = (Writer::start().await, Writer::start().await);
        let (mut bystander, mut tenant) = (Bystander::start().await, Tenant::start().await);
        let mut owner = Owner::default();
        // In one task: the panic of a client ends the test.
        tokio::join!(
            load.repeat(0, async |round| writers.0.round(round).await),
            load.repeat(1, async |round| writers.1.round(round).await),
            load.repeat(2, async |_| bystander.round().await),
            load.repeat(3, async |round| tenant.round(round).await),
            load.repeat(4, async |_| owner.round().await),
            async {
                load.rounds().await;
                work(&load).await;
                load.is_over.store(true, Ordering::Relaxed);
            },
        );
        println!("rounds of the clients: {:?}", load.counts());
        crate::wait_until_empty().await;
        writers.0.check().await;
        writers.1.check().await;
        bystander.round().await;
        tenant.check().await;
        owner.check().await;
    }

    /// Waits until each client has gone at least one whole round.
    pub async fn rounds(&self) {
        let before = self.counts();
        eventually("each client has gone a whole round", async || {
            // The end of the next round may be that of one that has begun before.
            let is_done = self.counts().iter().zip(before).all(|(count, before)| *count >= before + 2);
            is_done.then_some(())
        })
        .await;
    }

    fn counts(&self) -> [u64; CLIENTS] {
        std::array::from_fn(|client| self.rounds[client].load(Ordering::Relaxed))
    }

    async fn repeat(&self, client: usize, mut round: impl AsyncFnMut(u64)) {
        let mut done = 0;
        while !self.is_over.load(Ordering::Relaxed) {
            round(done).await;
            done += 1;
            self.rounds[client].store(done, Ordering::Relaxed);
        }
    }
}
