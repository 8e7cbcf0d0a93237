use std::time::Duration;

use tokio::time::sleep;

use crate::context::RunContext;
use crate::faults::{CallFault, Service};

/// The way of one call to a service and back: how long it takes, and what goes wrong.
#[derive(Debug)]
pub(crate) struct RoundTrip {
    pub(crate) fault: Option<CallFault>,
    one_way: Duration,
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
        Self { fault, one_way: (latency + faults.delay(service, now)) / 2 }
    }

    /// Whether the service performs the call.
    pub(crate) fn has_effect(&self) -> bool {
        self.fault.is_none_or(CallFault::has_effect)
    }

    /// Waits until the service performs the call, or would.
    pub(crate) async fn reach_service(&self) {
        sleep(self.one_way).await;
        if let Some(CallFault::Late(by)) = self.fault {
            sleep(by).await;
        }
    }

    /// Waits until the caller has the reply, or would.
    pub(crate) async fn return_to_caller(&self) {
        sleep(self.one_way).await;
    }
}
