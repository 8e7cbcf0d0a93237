use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::faults::Service;

/// The connections of one sandbox to the services.
#[derive(Debug, Default)]
pub(crate) struct Connections {
    /// The calls to AWS since the last reset.
    calls: AtomicU32,
    dead: Mutex<BTreeSet<Service>>,
}

impl Connections {
    pub(crate) fn reset_calls(&self) {
        self.calls.store(0, Ordering::Relaxed);
    }

    pub(crate) fn count_call(&self) {
        self.calls.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn calls(&self) -> u32 {
        self.calls.load(Ordering::Relaxed)
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<Service>> {
        self.dead.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The services close all connections.
    pub(crate) fn die(&self) {
        self.lock().extend(Service::ALL);
    }

    /// Whether the connection to a service is dead. The next call makes a new one.
    pub(crate) fn take_dead(&self, service: Service) -> bool {
        self.lock().remove(&service)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_connection_is_replaced_after_one_call() {
        let connections = Connections::default();
        assert!(!connections.take_dead(Service::Sqs));
        connections.die();
        assert_eq!([(); 2].map(|()| connections.take_dead(Service::Sqs)), [true, false]);
        assert!(connections.take_dead(Service::DynamoDb));
    }
}
