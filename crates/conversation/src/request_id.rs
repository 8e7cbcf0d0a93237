use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::sources::fill_randomly;

/// Identifies one request to a store across its retries, as AWS's client tokens do: 96 random bits.
///
/// A counter stores the id of the last request it served. If a reply is lost and the request is sent again with the
/// same id, the counter returns the same number. Only the holder of the id can release that number, and only once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// # Errors
    /// The operating system has no random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 12];
        fill_randomly(&mut bytes)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
