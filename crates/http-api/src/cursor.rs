use conversation::ports::{ApplicationCursor, HitCursor};
use conversation::{MessageNumber, Timestamp, Token};

/// A place in a list, in the form in which clients carry it. What it is made of is nobody's business but
/// ours; that every text of its form is one, the API's document says with a pattern.
pub trait OpaqueCursor: Sized {
    /// The cursor as text that needs no escaping in a URL.
    #[must_use]
    fn encode(&self) -> String;

    /// `None` where it is not one of ours.
    #[must_use]
    fn decode(text: &str) -> Option<Self>;
}

/// Keeps what stands before a part of a cursor from what is in it.
const SEPARATOR: char = '_';

impl OpaqueCursor for ApplicationCursor {
    fn encode(&self) -> String {
        format!("{}{SEPARATOR}{}", self.created_at.millis(), self.token.as_str())
    }

    fn decode(text: &str) -> Option<Self> {
        let (millis, token) = text.split_once(SEPARATOR)?;
        let millis = digits(millis, 15)?.parse().ok()?;
        Some(Self { created_at: Timestamp::from_millis(millis), token: Token::parse(token).ok()? })
    }
}

impl OpaqueCursor for HitCursor {
    fn encode(&self) -> String {
        format!("{}{SEPARATOR}{}", self.score, self.number)
    }

    fn decode(text: &str) -> Option<Self> {
        let (score, number) = text.split_once(SEPARATOR)?;
        let (whole, fraction) = score.split_once('.').unwrap_or((score, "0"));
        // Far more than a score has; what is larger, OpenSearch could refuse to begin behind.
        digits(whole, 6)?;
        digits(fraction, 24)?;
        let number = MessageNumber::parse(digits(number, 15)?).ok()?;
        Some(Self { score: score.parse().ok()?, number })
    }
}

/// The text, where it is one digit or more and no more than `most`.
fn digits(text: &str, most: usize) -> Option<&str> {
    ((1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_as_they_went() {
        let application = ApplicationCursor {
            created_at: Timestamp::from_millis(5),
            token: Token::parse(&"_t".repeat(16)).unwrap(),
        };
        assert_eq!(OpaqueCursor::decode(&application.encode()), Some(application));
        for score in [2.700_000_047_683_716, 1.0, 0.012_5] {
            let hit = HitCursor { score, number: MessageNumber::new(9).unwrap() };
            assert_eq!(OpaqueCursor::decode(&hit.encode()), Some(hit));
        }
    }

    #[test]
    fn anything_else_is_no_cursor() {
        for text in ["", "7", "!!", "1_", "_1", "1_0", "-1_1", "1e5_1", "NaN_1", ".5_1", "1._1", "1.5.5_1"] {
            assert_eq!(HitCursor::decode(text), None, "{text}");
        }
        let token = "t".repeat(32);
        for text in [String::new(), format!("_{token}"), format!("-1_{token}"), format!("5_{token}t")] {
            assert_eq!(ApplicationCursor::decode(&text), None, "{text}");
        }
    }
}
