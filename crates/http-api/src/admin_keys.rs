use function_environment::{ConfigError, Variables, parse_hex_256_list};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};

use crate::{ApiProblem, ApiRequest, Code};

/// The operator's keys. They allow every operation on applications, and tenants' routes by id.
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
            _ => parse_hex_256_list(value).map(Self::Sha256),
        })
    }

    /// Checks that the request may use an operator's route.
    ///
    /// # Errors
    /// [`Code::AdminKeyRequired`] unless the request has an admin key or the deployment is open.
    pub fn check(&self, request: &ApiRequest) -> Result<(), ApiProblem> {
        let is_allowed = *self == Self::Open || self.has_key(request);
        if is_allowed { Ok(()) } else { Err(Code::AdminKeyRequired.into()) }
    }

    /// Whether the request has an admin key. The comparison takes the same time for every key that is sent.
    pub(crate) fn has_key(&self, request: &ApiRequest) -> bool {
        let (Self::Sha256(digests), Some(key)) = (self, request.bearer()) else { return false };
        let sent: [u8; 32] = Sha256::digest(key.as_bytes()).into();
        digests.iter().fold(Choice::from(0), |found, digest| found | sent.ct_eq(digest)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHA-256 of "swordfish" and of "mackerel", as `sha256sum` prints them.
    const SWORDFISH: &str = "b9f195c5cc7ef6afadbfbc42892ad47d3b24c6bc94bb510c4564a90a14e8b799";
    const MACKEREL: &str = "d4de4ed3f9fe1ad1eda1cdecccead08b8331d069eed01f05889f5c5bce312c73";

    fn keys(value: &str) -> Result<AdminKeys, ConfigError> {
        AdminKeys::from_variables(&Variables::from_iter([("ADMIN_KEY_SHA256", value)]))
    }

    fn is_allowed(value: &str, header: Option<&str>) -> bool {
        let request = ApiRequest { authorization: header.map(str::to_owned), ..ApiRequest::default() };
        keys(value).unwrap().check(&request).is_ok()
    }

    #[test]
    fn only_a_key_is_accepted() {
        for header in ["Bearer swordfish", "bearer swordfish", "Bearer  swordfish "] {
            assert!(is_allowed(SWORDFISH, Some(header)), "{header}");
        }
        for header in ["", "swordfish", "Basic swordfish", "Bearer sword", "Bearer mackerel", "Bearer "] {
            assert!(!is_allowed(SWORDFISH, Some(header)), "{header}");
        }
        assert!(!is_allowed(SWORDFISH, None));
    }

    #[test]
    fn each_of_several_keys_is_accepted() {
        let both = format!("{SWORDFISH}, {}", MACKEREL.to_uppercase());
        for header in ["Bearer swordfish", "Bearer mackerel"] {
            assert!(is_allowed(&both, Some(header)), "{header}");
        }
        assert!(!is_allowed(&both, Some("Bearer trout")));
    }

    #[test]
    fn an_open_deployment_needs_no_key() {
        assert!(is_allowed("open", None));
        assert!(is_allowed("open", Some("Bearer swordfish")));
    }

    #[test]
    fn any_other_value_is_a_configuration_error() {
        for value in ["", "Open", "swordfish", &SWORDFISH[1..], &"g".repeat(64), &format!("{SWORDFISH},")] {
            assert!(keys(value).is_err(), "{value}");
        }
    }
}
