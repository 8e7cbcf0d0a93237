use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The deduplication id of a message: 128 random bits. SQS stores a message once, however often it is sent with the
/// same id within five minutes.
///
/// # Errors
/// The operating system has no random bytes.
pub(crate) fn random_id() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}
