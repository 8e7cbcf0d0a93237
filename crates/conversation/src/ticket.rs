use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Names one asking for a number: 96 random bits.
///
/// The counter remembers the ticket of the last number it gave out. So an asker whose answer was lost
/// learns, when it asks again with the same ticket, that the number is its own already; and a number
/// is taken back only from its own asker, and only once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket(String);

impl Ticket {
    /// # Errors
    /// Fails only where the operating system cannot give random bytes.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 12];
        getrandom::fill(&mut bytes)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
