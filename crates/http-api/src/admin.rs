use function_environment::{ConfigError, Variables};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::{ApiProblem, ApiRequest, Code};

/// Who may create, list and rename applications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminKey {
    /// Everyone.
    Open,
    /// Whoever sends the key with this SHA-256 digest.
    Sha256([u8; 32]),
}

impl AdminKey {
    /// Reads `ADMIN_KEY_SHA256`.
    ///
    /// # Errors
    /// [`ConfigError`] unless it is `open` or a SHA-256 digest in hexadecimal digits.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let wanted = "the SHA-256 of the admin key as 64 hexadecimal digits, or the word open";
        variables.parsed("ADMIN_KEY_SHA256", wanted, |value| match value {
            "open" => Some(Self::Open),
            _ => digest(value).map(Self::Sha256),
        })
    }

    /// Checks that the request carries the key. The comparison takes the same time for every key.
    ///
    /// # Errors
    /// [`Code::AdminKeyRequired`].
    pub fn check(&self, request: &ApiRequest) -> Result<(), ApiProblem> {
        let Self::Sha256(wanted) = self else { return Ok(()) };
        let header = request.authorization.as_deref().unwrap_or_default();
        let key = match header.split_once(' ') {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim(),
            _ => return Err(Code::AdminKeyRequired.into()),
        };
        let given: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        if given.ct_eq(wanted).into() { Ok(()) } else { Err(Code::AdminKeyRequired.into()) }
    }
}

fn digest(text: &str) -> Option<[u8; 32]> {
    if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; 32];
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of "swordfish", as `sha256sum` prints it.
    const SWORDFISH: &str = "b9f195c5cc7ef6afadbfbc42892ad47d3b24c6bc94bb510c4564a90a14e8b799";

    fn key(value: &str) -> Result<AdminKey, ConfigError> {
        AdminKey::from_variables(&Variables::from_iter([("ADMIN_KEY_SHA256", value)]))
    }

    fn allowed(header: Option<&str>) -> bool {
        let request = ApiRequest { authorization: header.map(str::to_owned), ..ApiRequest::default() };
        key(SWORDFISH).unwrap().check(&request).is_ok()
    }

    #[test]
    fn only_the_key_is_accepted() {
        assert!(allowed(Some("Bearer swordfish")));
        assert!(allowed(Some("bearer swordfish")));
        for header in [
            None,
            Some(""),
            Some("swordfish"),
            Some("Basic swordfish"),
            Some("Bearer sword"),
            Some("Bearer "),
        ] {
            assert!(!allowed(header), "{header:?}");
        }
    }

    #[test]
    fn open_accepts_every_request() {
        assert_eq!(key("open").unwrap().check(&ApiRequest::default()), Ok(()));
    }

    #[test]
    fn any_other_value_is_a_configuration_error() {
        for value in ["", "Open", "swordfish", &SWORDFISH[1..], &"g".repeat(64)] {
            assert!(key(value).is_err(), "{value}");
        }
    }
}
