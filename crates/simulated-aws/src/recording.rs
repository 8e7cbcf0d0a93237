use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    DynamoDb,
    Sqs,
    OpenSearch,
}

/// What an IAM policy must allow for a call. A resource is named as in the template, such as `Counters`,
/// `Applications/index/by-creation-time` or, for OpenSearch, `messages/_bulk`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// Such as `dynamodb:UpdateItem`.
    pub action: String,
    pub resource: String,
}

impl Permission {
    pub(crate) fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self { action: action.into(), resource: resource.into() }
    }
}

/// Request units of DynamoDB.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Units {
    pub write: f64,
    pub read: f64,
}

/// One call of a function to a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The access key id that signed the call. Whoever starts a function gives it its own name as the key.
    pub caller: String,
    pub service: Service,
    /// Such as `UpdateItem`, or the method of a call to OpenSearch.
    pub operation: String,
    pub permissions: BTreeSet<Permission>,
    pub units: Units,
}

impl Call {
    /// The operation and its resources, such as `UpdateItem Counters`.
    #[must_use]
    pub fn name(&self) -> String {
        let resources: BTreeSet<&str> =
            self.permissions.iter().map(|permission| permission.resource.as_str()).collect();
        let resources: Vec<&str> = resources.into_iter().collect();
        format!("{} {}", self.operation, resources.join(" + "))
    }
}

/// A call and when it was with the service.
#[derive(Debug, Clone)]
pub struct RecordedCall {
    pub call: Call,
    /// When the last byte of the request was there.
    pub arrived: Instant,
    /// Just before the first byte of the reply.
    pub replied: Instant,
}

/// The calls to all services, shared by its clones.
#[derive(Debug, Clone, Default)]
pub struct Recording(Arc<Mutex<Vec<RecordedCall>>>);

impl Recording {
    pub fn record(&self, call: RecordedCall) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }

    /// Removes and returns the calls so far, in the order in which they arrived.
    #[must_use]
    pub fn take(&self) -> Vec<RecordedCall> {
        let mut calls = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        calls.sort_by_key(|call| call.arrived);
        calls
    }

    /// Who needed which permission for the calls that were not taken.
    #[must_use]
    pub fn permissions(&self) -> BTreeSet<(String, Permission)> {
        let calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let calls = calls.iter().map(|recorded| &recorded.call);
        calls
            .flat_map(|call| {
                call.permissions.iter().map(|permission| (call.caller.clone(), permission.clone()))
            })
            .collect()
    }
}
