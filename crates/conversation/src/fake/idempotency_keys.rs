use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::Faults;
use crate::ports::{Claim, Decision, KEY_HOLD, KEY_RETENTION, KeepIdempotencyKeys, KeyedRequest, StoreError};
use crate::{RequestId, Timestamp};

/// Idempotency keys. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct FakeIdempotencyKeys {
    pub faults: Faults,
    keys: Arc<Mutex<HashMap<String, Key>>>,
}

#[derive(Debug)]
struct Key {
    fingerprint: String,
    holder: RequestId,
    held_until: i64,
    expires_at: i64,
    recorded: Option<String>,
    completed: bool,
    forgotten: bool,
}

impl FakeIdempotencyKeys {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Key>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn decision<D: Decision>(text: Option<&String>) -> Result<Option<D>, StoreError> {
    text.map(|text| D::decode(text).ok_or_else(|| StoreError::new("not a decision"))).transpose()
}

impl KeepIdempotencyKeys for FakeIdempotencyKeys {
    async fn claim<D: Decision>(
        &self,
        request: &KeyedRequest,
        attempt_id: &RequestId,
        now: Timestamp,
    ) -> Result<Claim<D>, StoreError> {
        self.faults.around(|| {
            let now = now.millis();
            let mut keys = self.lock();
            let is_free = |key: &Key| key.expires_at <= now || (key.forgotten && key.holder != *attempt_id);
            let key = match keys.get_mut(&request.id).filter(|key| !is_free(key)) {
                Some(key) if key.forgotten => return Ok(Claim::InUse),
                Some(key) if key.fingerprint != request.fingerprint => return Ok(Claim::Reused),
                Some(key) if key.completed => {
                    let recorded = decision(key.recorded.as_ref())?;
                    return Ok(recorded.map_or(Claim::InUse, Claim::Completed));
                }
                Some(key) if key.held_until > now => return Ok(Claim::InUse),
                Some(key) => Key {
                    fingerprint: key.fingerprint.clone(),
                    expires_at: key.expires_at,
                    recorded: key.recorded.clone(),
                    holder: attempt_id.clone(),
                    held_until: now + millis(KEY_HOLD),
                    completed: false,
                    forgotten: false,
                },
                None => Key {
                    fingerprint: request.fingerprint.clone(),
                    expires_at: now + millis(KEY_RETENTION),
                    recorded: None,
                    holder: attempt_id.clone(),
                    held_until: now + millis(KEY_HOLD),
                    completed: false,
                    forgotten: false,
                },
            };
            let recorded = decision(key.recorded.as_ref())?;
            keys.insert(request.id.clone(), key);
            Ok(Claim::Held { recorded })
        })?
    }

    async fn record<D: Decision>(
        &self,
        request: &KeyedRequest,
        attempt_id: &RequestId,
        decision: &D,
    ) -> Result<bool, StoreError> {
        self.faults.around(|| {
            let mut keys = self.lock();
            let Some(key) = keys.get_mut(&request.id) else { return false };
            if key.holder == *attempt_id && !key.forgotten {
                key.recorded = Some(decision.encode());
            }
            key.recorded.as_ref() == Some(&decision.encode())
        })
    }

    async fn complete<D: Decision>(&self, request: &KeyedRequest, decision: &D) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(key) = self.lock().get_mut(&request.id)
                && key.recorded.as_ref() == Some(&decision.encode())
            {
                key.completed = true;
            }
        })
    }

    async fn release(&self, request: &KeyedRequest, attempt_id: &RequestId) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(key) = self.lock().get_mut(&request.id)
                && key.holder == *attempt_id
            {
                key.held_until = 0;
            }
        })
    }

    async fn forget(&self, request: &KeyedRequest, attempt_id: &RequestId) -> Result<bool, StoreError> {
        self.faults.around(|| {
            let mut keys = self.lock();
            let Some(key) = keys.get_mut(&request.id) else { return true };
            if key.holder == *attempt_id {
                (key.forgotten, key.recorded) = (true, None);
            }
            key.forgotten
        })
    }
}
