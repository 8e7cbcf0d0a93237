use std::time::Duration;

use crate::clock::Clock;
use crate::context::RunContext;
use crate::faults::{CallFault, Service};

/// The way of one call to a service and back: how long it takes, and what goes wrong.
#[derive(Debug)]
pub(crate) struct RoundTrip {
    pub(crate) fault: Option<CallFault>,
    clock: Clock,
    /// When the service performs the call, and when its caller has the reply. Timers have a resolution of a millisecond: waiting
    /// for a moment is late by less than one in all, waiting twice for a duration by up to two.
    at_service: Duration,
    at_caller: Duration,
}

impl RoundTrip {
    /// A trip that starts now. `latency` is how long it takes both ways, unless a fault makes it longer.
    pub(crate) fn new(
        context: &RunContext,
        service: Service,
        is_on_dead_connection: bool,
        latency: Duration,
    ) -> Self {
        let (faults, now) = (&context.faults, context.now());
        let fault = if is_on_dead_connection {
            Some(faults.on_dead_connection(service))
        } else {
            faults.on_call(service, now)
        };
        let one_way = (latency + faults.delay(service, now)) / 2;
        let late_by = if let Some(CallFault::Late(by)) = fault { by } else { Duration::ZERO };
        let at_service = now + one_way + late_by;
        Self { fault, clock: context.clock, at_service, at_caller: at_service + one_way }
    }

    /// Whether the service performs the call.
    pub(crate) fn has_effect(&self) -> bool {
        self.fault.is_none_or(CallFault::has_effect)
    }

    /// Waits until the service performs the call, or would.
    pub(crate) async fn reach_service(&self) {
        self.clock.sleep_until(self.at_service).await;
    }

    /// Waits until the caller has the reply, or would.
    pub(crate) async fn return_to_caller(&self) {
        self.clock.sleep_until(self.at_caller).await;
    }
}
