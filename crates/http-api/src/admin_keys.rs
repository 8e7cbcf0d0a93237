use function_environment::{ConfigError, Variables};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::{ApiProblem, ApiRequest, Code};

/// Who may create, list and rename applications.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdminKeys {
    /// Everyone.
    Open,
    /// Whoever sends a key with one of these SHA-256 digests. With more than one, a key can be replaced without downtime.
    Sha256(Vec<[u8; 32]>),
}

impl AdminKeys {
    /// Reads `ADMIN_KEY_SHA256`.
    ///
    /// # Errors
    /// [`ConfigError`] unless it is `open` or SHA-256 digests in hexadecimal digits, separated by commas.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let wanted =
            "the SHA-256 of each admin key as 64 hexadecimal digits, separated by commas, or the word open";
        variables.parsed("ADMIN_KEY_SHA256", wanted, |value| match value {
            "open" => Some(Self::Open),
            _ => value.split(',').map(digest).collect::<Option<_>>().map(Self::Sha256),
        })
    }

    /// Checks that the request carries one of the keys. The comparison takes the same time for every key that is sent.
    ///
    /// # Errors
    /// [`Code::AdminKeyRequired`].
    pub fn check(&self, request: &ApiRequest) -> Result<(), ApiProblem> {
        let Self::Sha256(digests) = self else { return Ok(()) };
        let header = request.authorization.as_deref().unwrap_or_default();
        let key = match header.split_once(' ') {
            Some((scheme, key)) if scheme.eq_ignore_ascii_case("bearer") => key.trim(),
            _ => return Err(Code::AdminKeyRequired.into()),
        };
        let sent: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        let is_known = digests.iter().fold(Choice::from(0), |known, digest| known | sent.ct_eq(digest));
        if is_known.into() { Ok(()) } else { Err(Code::AdminKeyRequired.into()) }
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
    /// SHA-256 of "mackerel".
    const MACKEREL: &str = "d4de4ed3f9fe1ad1eda1cdecccead08b8331d069eed01f05889f5c5bce312c73";

    fn keys(value: &str) -> Result<AdminKeys, ConfigError> {
        AdminKeys::from_variables(&Variables::from_iter([("ADMIN_KEY_SHA256", value)]))
    }

    fn allows(value: &str, header: Option<&str>) -> bool {
        let request = ApiRequest { authorization: header.map(str::to_owned), ..ApiRequest::default() };
        keys(value).unwrap().check(&request).is_ok()
    }

    #[test]
    fn only_the_key_is_accepted() {
        assert!(allows(SWORDFISH, Some("Bearer swordfish")));
        assert!(allows(SWORDFISH, Some("bearer swordfish")));
        for header in [
            None,
            Some(""),
            Some("swordfish"),
            Some("Basic swordfish"),
            Some("Bearer sword"),
            Some("Bearer mackerel"),
            Some("Bearer "),
        ] {
            assert!(!allows(SWORDFISH, header), "{header:?}");
        }
    }

    #[test]
    fn each_of_several_keys_is_accepted() {
        let both = format!("{MACKEREL},{SWORDFISH}");
        assert!(allows(&both, Some("Bearer swordfish")));
        assert!(allows(&both, Some("Bearer mackerel")));
        assert!(!allows(&both, Some("Bearer herring")));
    }

    #[test]
    fn open_accepts_every_request() {
        assert!(allows("open", None));
    }

    #[test]
    fn any_other_value_is_a_configuration_error() {
        let shorter = &SWORDFISH[1..];
        for value in [
            "",
            "Open",
            "swordfish",
            shorter,
            &"g".repeat(64),
            &format!("{SWORDFISH},"),
            &format!("{SWORDFISH},{shorter}"),
            &format!("{SWORDFISH},open"),
        ] {
            assert!(keys(value).is_err(), "{value}");
        }
    }
}
