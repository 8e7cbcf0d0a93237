use std::future::Future;

use crate::ports::StoreError;
use crate::{ChatNumber, Failure, MessageNumber, Problem, Revision, Ticket, Timestamp, Token};

/// A creation that its client may send more than once, to have it once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedRequest {
    /// Names it: a digest of what is created where, and under which `Idempotency-Key`.
    pub id: String,
    /// A digest of its fields, by which another request under the same key is told.
    pub fingerprint: String,
}

/// What an attempt decides before it has any effect, and every later one under the same key repeats.
pub trait Decision: Clone + PartialEq + Send + Sync + Sized {
    /// As text of one line.
    fn encode(&self) -> String;

    /// Reads what [`Decision::encode`] wrote; `None` for anything else.
    fn decode(text: &str) -> Option<Self>;
}

/// The number of a new chat or message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numbered<Number> {
    pub number: Number,
    pub revision: Revision,
    pub at: Timestamp,
}

/// The token of a new application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub token: Token,
    pub at: Timestamp,
}

macro_rules! numbered {
    ($number:ty) => {
        impl Decision for Numbered<$number> {
            fn encode(&self) -> String {
                format!("{} {} {}", self.number, self.revision, self.at.millis())
            }

            fn decode(text: &str) -> Option<Self> {
                let mut parts = text.split(' ');
                let number = <$number>::parse(parts.next()?).ok()?;
                let revision = Revision::parse(parts.next()?).ok()?;
                let at = Timestamp::from_millis(parts.next()?.parse().ok()?);
                parts.next().is_none().then_some(Self { number, revision, at })
            }
        }
    };
}

numbered!(ChatNumber);
numbered!(MessageNumber);

impl Decision for Named {
    fn encode(&self) -> String {
        format!("{} {}", self.token.as_str(), self.at.millis())
    }

    fn decode(text: &str) -> Option<Self> {
        let (token, at) = text.split_once(' ')?;
        Some(Self { token: Token::parse(token).ok()?, at: Timestamp::from_millis(at.parse().ok()?) })
    }
}

/// What asking for a key comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim<D> {
    /// The key is the asker's for a while, with what was decided under it before.
    Ours { decided: Option<D> },
    /// An earlier attempt came to its end with this.
    Done(D),
    /// Another attempt holds the key.
    InUse,
    /// The key belongs to another request.
    Reused,
}

/// The keys of creations, kept for 24 hours from their first use.
pub trait KeepKeys: Send + Sync {
    /// Claims the key for this ticket: for a few seconds, in which nobody else gets it.
    fn claim<D: Decision>(
        &self,
        request: &KeyedRequest,
        ticket: &Ticket,
        now: Timestamp,
    ) -> impl Future<Output = Result<Claim<D>, StoreError>> + Send;

    /// Keeps what the holder decided. Answers whether it stands: no longer holding the key, it may come
    /// too late.
    fn decide<D: Decision>(
        &self,
        request: &KeyedRequest,
        ticket: &Ticket,
        decision: &D,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Notes that what was decided is done.
    fn complete<D: Decision>(
        &self,
        request: &KeyedRequest,
        decision: &D,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Lets the key go, for the next attempt to go on from what was decided.
    fn release(
        &self,
        request: &KeyedRequest,
        ticket: &Ticket,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Forgets the key, as if it had not been used. Answers whether nothing of it is left: somebody else
    /// may hold it now.
    fn forget(
        &self,
        request: &KeyedRequest,
        ticket: &Ticket,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

/// A decision was not kept.
#[derive(Debug)]
pub struct Undecided {
    pub failure: Failure,
    /// Whether it is certain that no other attempt will use what was decided.
    pub unused: bool,
}

/// One attempt at a creation, under a key or without one. Without one, it asks nobody for anything.
#[derive(Debug)]
pub struct Attempt<'a, Keys, D> {
    held: Option<(&'a Keys, KeyedRequest, Ticket)>,
    earlier: Option<D>,
    done: bool,
}

impl<'a, Keys: KeepKeys, D: Decision> Attempt<'a, Keys, D> {
    /// # Errors
    /// [`Problem::IdempotencyKeyInUse`] or [`Problem::IdempotencyKeyReused`], or where the keys could not
    /// be asked.
    pub async fn begin(
        keys: &'a Keys,
        request: Option<KeyedRequest>,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let Some(request) = request else { return Ok(Self { held: None, earlier: None, done: false }) };
        let ticket = Ticket::random().map_err(StoreError::new)?;
        let (earlier, done) = match keys.claim(&request, &ticket, now).await? {
            Claim::Ours { decided } => (decided, false),
            Claim::Done(decided) => (Some(decided), true),
            Claim::InUse => return Err(Problem::IdempotencyKeyInUse.into()),
            Claim::Reused => return Err(Problem::IdempotencyKeyReused.into()),
        };
        Ok(Self { held: Some((keys, request, ticket)), earlier, done })
    }

    /// What an earlier attempt decided. It may have had its effect already.
    #[must_use]
    pub fn earlier(&self) -> Option<&D> {
        self.earlier.as_ref()
    }

    /// Whether an earlier attempt came to its end, so that there is nothing left to do.
    #[must_use]
    pub fn is_done(&self) -> bool {
        self.done
    }

    /// Keeps a decision before it has its effect.
    ///
    /// # Errors
    /// [`Problem::IdempotencyKeyInUse`] where another attempt has the key by now, or where the keys could
    /// not be asked.
    pub async fn decide(&self, decision: &D) -> Result<(), Undecided> {
        let Some((keys, request, ticket)) = &self.held else { return Ok(()) };
        match keys.decide(request, ticket, decision).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Undecided { failure: Problem::IdempotencyKeyInUse.into(), unused: true }),
            Err(error) => {
                // It may have been kept after all.
                let unused = keys.forget(request, ticket).await.unwrap_or(false);
                Err(Undecided { failure: error.into(), unused })
            }
        }
    }

    /// The creation was made. Where this cannot be kept, a repetition makes it again, to the same effect.
    pub async fn complete(self, decision: &D) {
        if let Some((keys, request, _)) = &self.held
            && let Err(error) = keys.complete(request, decision).await
        {
            tracing::warn!(target: "chatlog", cause = %error, "a finished creation was not noted under its key");
        }
    }

    /// It is not known whether the creation was made: the next attempt repeats what was decided.
    pub async fn release(self) {
        if let Some((keys, request, ticket)) = &self.held
            && let Err(error) = keys.release(request, ticket).await
        {
            tracing::warn!(target: "chatlog", cause = %error, "a key is held until its time is up");
        }
    }

    /// The creation was certainly not made. Answers whether what was decided is forgotten too, so that no
    /// other attempt will use it.
    pub async fn forget(self) -> bool {
        let Some((keys, request, ticket)) = &self.held else { return true };
        keys.forget(request, ticket).await.unwrap_or_else(|error| {
            tracing::warn!(target: "chatlog", cause = %error, "a key is held until its time is up");
            false
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_are_read_as_they_were_written() {
        let at = Timestamp::from_millis(1_763_700_000_007);
        let (number, revision) = (MessageNumber::new(7).unwrap(), Revision::new(9).unwrap());
        let numbered = Numbered { number, revision, at };
        assert_eq!(numbered.encode(), "7 9 1763700000007");
        assert_eq!(Decision::decode("7 9 1763700000007"), Some(numbered));
        let named = Named { token: Token::parse(&"t".repeat(32)).unwrap(), at };
        assert_eq!(Decision::decode(&named.encode()), Some(named));
        for text in ["", "7", "7 9", "0 9 5", "7 9 5 1", "7 x 5"] {
            assert_eq!(Numbered::<ChatNumber>::decode(text), None, "{text}");
            assert_eq!(Named::decode(text), None, "{text}");
        }
    }
}
