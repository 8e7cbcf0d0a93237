//! Faults of calls to any service.

use std::time::Duration;

use super::call_fault::SLOW;
use super::{CallFault, Fault, Faults, Service};

/// How much longer a call may take in a brownout.
const BROWNOUT_DELAY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(3));

impl Faults {
    /// What goes wrong with a call that is made now.
    pub(crate) fn on_call(&self, to: Service, now: Duration) -> Option<CallFault> {
        let fault = self.find(now, |fault| match fault {
            Fault::Calls { service, fault, probability }
                if *service == to && self.random.chance(*probability) =>
            {
                Some(*fault)
            }
            Fault::Brownout { service, probability }
                if *service == to && self.random.chance(*probability) =>
            {
                let faults =
                    [CallFault::Throttled, CallFault::ServerError, CallFault::ServerErrorAfterEffect];
                self.random.pick(&faults).copied()
            }
            _ => None,
        })?;
        self.count(&format!("{to}: {}", fault.kind()));
        Some(fault)
    }

    /// What happens to a call over a connection that died while its sandbox was frozen.
    pub(crate) fn on_dead_connection(&self, to: Service) -> CallFault {
        self.count(&format!("{to}: dead connection after a freeze"));
        if self.random.chance(0.5) { CallFault::NotReceived } else { CallFault::Silent }
    }

    /// How much longer a call takes.
    pub(crate) fn delay(&self, to: Service, now: Duration) -> Duration {
        let delay = self.find(now, |fault| match fault {
            Fault::Slow { service, by } if *service == to => Some(*by),
            Fault::Brownout { service, probability }
                if *service == to && self.random.chance(*probability) =>
            {
                let (shortest, longest) = BROWNOUT_DELAY;
                Some(self.random.between(shortest, longest))
            }
            _ => None,
        });
        if delay.is_some() {
            self.count(&format!("{to}: {SLOW}"));
        }
        delay.unwrap_or_default()
    }
}
