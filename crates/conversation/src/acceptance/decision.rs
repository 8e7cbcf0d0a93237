use crate::ports::{AllocatedNumber, Decision};
use crate::{ApplicationId, ChatNumber, MessageNumber, Revision, Timestamp};

/// The number of a new chat or message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservedNumber<Number> {
    pub number: Number,
    pub revision: Revision,
    /// When it is created.
    pub at: Timestamp,
}

impl<Number: Copy> ReservedNumber<Number> {
    #[must_use]
    pub fn new(allocated: &AllocatedNumber<Number>, at: Timestamp) -> Self {
        Self { number: allocated.number, revision: allocated.revision, at }
    }
}

/// The id of a new application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReservedId {
    pub id: ApplicationId,
    /// When it is created.
    pub at: Timestamp,
}

macro_rules! reserved_number {
    ($number:ty) => {
        impl Decision for ReservedNumber<$number> {
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

reserved_number!(ChatNumber);
reserved_number!(MessageNumber);

impl Decision for ReservedId {
    fn encode(&self) -> String {
        format!("{} {}", self.id, self.at.millis())
    }

    fn decode(text: &str) -> Option<Self> {
        let (id, at) = text.split_once(' ')?;
        Some(Self { id: ApplicationId::parse(id).ok()?, at: Timestamp::from_millis(at.parse().ok()?) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_survive_encoding() {
        let at = Timestamp::from_millis(1_763_700_000_007);
        let (number, revision) = (MessageNumber::new(7).unwrap(), Revision::new(9).unwrap());
        let number = ReservedNumber { number, revision, at };
        assert_eq!(number.encode(), "7 9 1763700000007");
        assert_eq!(Decision::decode("7 9 1763700000007"), Some(number));
        let id = ReservedId { id: ApplicationId::random().unwrap(), at };
        assert_eq!(Decision::decode(&id.encode()), Some(id));
    }

    #[test]
    fn other_text_is_no_decision() {
        for text in ["", "7", "7 9", "0 9 5", "7 9 5 1", "7 x 5"] {
            assert_eq!(ReservedNumber::<ChatNumber>::decode(text), None, "{text}");
            assert_eq!(ReservedId::decode(text), None, "{text}");
        }
    }
}
