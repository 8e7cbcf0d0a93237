use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::sources::fill_randomly;

const BYTES: usize = 16;

/// Identifies an application: 128 random bits as 22 URL-safe characters. It is public; a token proves the right to use it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApplicationId {
    bytes: [u8; BYTES],
    text: String,
}

/// The text does not have the form of an application's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an application id")]
pub struct NotAnApplicationId;

impl ApplicationId {
    /// # Errors
    /// The operating system has no random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; BYTES];
        fill_randomly(&mut bytes)?;
        Ok(Self::from_bytes(bytes))
    }

    #[must_use]
    pub fn from_bytes(bytes: [u8; BYTES]) -> Self {
        Self { bytes, text: URL_SAFE_NO_PAD.encode(bytes) }
    }

    /// Accepts exactly the texts that [`ApplicationId::from_bytes`] can produce.
    ///
    /// # Errors
    /// [`NotAnApplicationId`] for any other text.
    pub fn parse(text: &str) -> Result<Self, NotAnApplicationId> {
        let decoded = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAnApplicationId)?;
        let bytes: [u8; BYTES] = decoded.try_into().map_err(|_| NotAnApplicationId)?;
        Ok(Self::from_bytes(bytes))
    }

    #[must_use]
    pub fn to_bytes(&self) -> [u8; BYTES] {
        self.bytes
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl fmt::Display for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_id_parses_back_to_itself() {
        let id = ApplicationId::random().unwrap();
        assert_eq!(id.as_str().len(), 22);
        assert_eq!(ApplicationId::parse(id.as_str()), Ok(id));
    }

    #[test]
    fn two_random_ids_differ() {
        assert_ne!(ApplicationId::random().unwrap(), ApplicationId::random().unwrap());
    }

    #[test]
    fn anything_else_is_no_id() {
        let long = "A".repeat(23);
        // The last character of an id holds two bits, so most characters cannot be the last one.
        for text in ["", "short", "AAAAAAAAAAAAAAAAAAAAA/", "AAAAAAAAAAAAAAAAAAAAAB", "٣٣٣٣٣٣٣٣٣٣٣", &long]
        {
            assert_eq!(ApplicationId::parse(text), Err(NotAnApplicationId), "{text:?}");
        }
    }
}
