use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use conversation::ports::{ApplicationCursor, HitCursor};
use conversation::{MessageNumber, Timestamp, Token};

/// A place in a list whose form is nobody's business but ours.
pub trait OpaqueCursor: Sized {
    fn to_text(&self) -> String;
    fn from_text(text: &str) -> Option<Self>;

    /// The form in which clients carry it: URL-safe.
    #[must_use]
    fn encode(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.to_text())
    }

    /// `None` where it is not one of ours.
    #[must_use]
    fn decode(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        Self::from_text(str::from_utf8(&bytes).ok()?)
    }
}

impl OpaqueCursor for ApplicationCursor {
    fn to_text(&self) -> String {
        format!("{} {}", self.created_at.millis(), self.token.as_str())
    }

    fn from_text(text: &str) -> Option<Self> {
        let (millis, token) = text.split_once(' ')?;
        let created_at = Timestamp::from_millis(millis.parse().ok()?);
        Some(Self { created_at, token: Token::parse(token).ok()? })
    }
}

impl OpaqueCursor for HitCursor {
    fn to_text(&self) -> String {
        format!("{} {}", self.score, self.number)
    }

    fn from_text(text: &str) -> Option<Self> {
        let (score, number) = text.split_once(' ')?;
        let score: f64 = score.parse().ok()?;
        score.is_finite().then_some(Self { score, number: MessageNumber::parse(number).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_come_back_as_they_went() {
        let application = ApplicationCursor {
            created_at: Timestamp::from_millis(5),
            token: Token::parse(&"t".repeat(32)).unwrap(),
        };
        assert_eq!(OpaqueCursor::decode(&application.encode()), Some(application));
        let hit = HitCursor { score: 2.700_000_047_683_716, number: MessageNumber::new(9).unwrap() };
        assert_eq!(OpaqueCursor::decode(&hit.encode()), Some(hit));
    }

    #[test]
    fn anything_else_is_no_cursor() {
        for text in ["", "7", "!!", "bmFuIDE", "MSAw"] {
            assert_eq!(HitCursor::decode(text), None, "{text}");
        }
    }
}
