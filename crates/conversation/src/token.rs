use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const RANDOM_BYTES: usize = 24;
const ENCODED_LEN: usize = 32;

/// The secret that identifies an application: 192 random bits as 32 URL-safe characters.
///
/// Whoever has it can use the application, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Token(String);

/// The text does not have the form of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a token")]
pub struct NotAToken;

impl Token {
    /// # Errors
    /// The operating system has no random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; RANDOM_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// Accepts exactly the texts that [`Token::random`] can produce.
    ///
    /// # Errors
    /// [`NotAToken`] for any other text.
    pub fn parse(text: &str) -> Result<Self, NotAToken> {
        let url_safe = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
        if text.len() == ENCODED_LEN && text.bytes().all(url_safe) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAToken)
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_token_parses_back_to_itself() {
        let token = Token::random().unwrap();
        assert_eq!(Token::parse(token.as_str()), Ok(token));
    }

    #[test]
    fn two_random_tokens_differ() {
        assert_ne!(Token::random().unwrap(), Token::random().unwrap());
    }

    #[test]
    fn anything_else_is_no_token() {
        let long = "a".repeat(33);
        for text in ["", "short", "0123456789abcdef0123456789abcde/", "٣".repeat(16).as_str(), &long] {
            assert_eq!(Token::parse(text), Err(NotAToken), "{text:?}");
        }
    }

    #[test]
    fn debug_does_not_show_the_secret() {
        let token = Token::parse(&"abcd".repeat(8)).unwrap();
        assert_eq!(format!("{token:?}"), "Token(…)");
    }
}
