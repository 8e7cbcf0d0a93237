use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Faults;
use crate::ports::StoreError;
use crate::{Claim, Decision, KeepKeys, KeyedRequest, Ticket, Timestamp};

/// How long a key belongs to its first request, in milliseconds.
const KEPT: i64 = 24 * 60 * 60 * 1_000;
/// How long an attempt holds a key, in milliseconds.
const HELD: i64 = 5_000;

/// Keys in memory. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct FakeKeys {
    pub faults: Faults,
    keys: Arc<Mutex<HashMap<String, Key>>>,
}

#[derive(Debug)]
struct Key {
    fingerprint: String,
    holder: Ticket,
    held_until: i64,
    expires_at: i64,
    decided: Option<String>,
    done: bool,
}

impl FakeKeys {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Key>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn decision<D: Decision>(text: Option<&String>) -> Result<Option<D>, StoreError> {
    text.map(|text| D::decode(text).ok_or_else(|| StoreError::new("not a decision"))).transpose()
}

impl KeepKeys for FakeKeys {
    async fn claim<D: Decision>(
        &self,
        request: &KeyedRequest,
        ticket: &Ticket,
        now: Timestamp,
    ) -> Result<Claim<D>, StoreError> {
        self.faults.around(|| {
            let now = now.millis();
            let mut keys = self.lock();
            let key = match keys.get_mut(&request.id).filter(|key| key.expires_at > now) {
                Some(key) if key.fingerprint != request.fingerprint => return Ok(Claim::Reused),
                Some(key) if key.done => {
                    let decided = decision(key.decided.as_ref())?;
                    return Ok(decided.map_or(Claim::InUse, Claim::Done));
                }
                Some(key) if key.held_until > now => return Ok(Claim::InUse),
                Some(key) => Key {
                    fingerprint: key.fingerprint.clone(),
                    expires_at: key.expires_at,
                    decided: key.decided.clone(),
                    holder: ticket.clone(),
                    held_until: now + HELD,
                    done: false,
                },
                None => Key {
                    fingerprint: request.fingerprint.clone(),
                    expires_at: now + KEPT,
                    decided: None,
                    holder: ticket.clone(),
                    held_until: now + HELD,
                    done: false,
                },
            };
            let decided = decision(key.decided.as_ref())?;
            keys.insert(request.id.clone(), key);
            Ok(Claim::Ours { decided })
        })?
    }

    async fn decide<D: Decision>(
        &self,
        request: &KeyedRequest,
        ticket: &Ticket,
        decision: &D,
    ) -> Result<bool, StoreError> {
        self.faults.around(|| {
            let mut keys = self.lock();
            let Some(key) = keys.get_mut(&request.id) else { return false };
            if key.holder == *ticket {
                key.decided = Some(decision.encode());
            }
            key.decided.as_ref() == Some(&decision.encode())
        })
    }

    async fn complete<D: Decision>(&self, request: &KeyedRequest, decision: &D) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(key) = self.lock().get_mut(&request.id)
                && key.decided.as_ref() == Some(&decision.encode())
            {
                key.done = true;
            }
        })
    }

    async fn release(&self, request: &KeyedRequest, ticket: &Ticket) -> Result<(), StoreError> {
        self.faults.around(|| {
            if let Some(key) = self.lock().get_mut(&request.id)
                && key.holder == *ticket
            {
                key.held_until = 0;
            }
        })
    }

    async fn forget(&self, request: &KeyedRequest, ticket: &Ticket) -> Result<bool, StoreError> {
        self.faults.around(|| {
            let mut keys = self.lock();
            if keys.get(&request.id).is_some_and(|key| key.holder == *ticket) {
                keys.remove(&request.id);
            }
            !keys.contains_key(&request.id)
        })
    }
}
