use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use conversation::{ApplicationId, Caller, TokenVersion};
use function_environment::{ConfigError, Variables, parse_hex_256_list};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::Token;

const ID: usize = 16;
const VERSION: usize = 4;
/// 224 of the 256 bits of the MAC: then a token has 64 characters without padding.
const MAC: usize = 28;
/// Sets these MACs apart from any other use of the keys.
const PURPOSE: &[u8] = b"chatlog token 1";

const NAME: &str = "TOKEN_SIGNING_KEYS";
const WANTED: &str = "one or more keys of 64 hexadecimal digits, separated by commas";

/// The keys that sign tokens. The first one signs, all verify, so that keys can be rotated without downtime.
#[derive(Clone)]
pub struct SigningKeys {
    first: Hmac<Sha256>,
    others: Vec<Hmac<Sha256>>,
}

impl SigningKeys {
    /// Reads `TOKEN_SIGNING_KEYS`.
    ///
    /// # Errors
    /// The variable is missing, or not one or more keys of 256 bits in hexadecimal digits, separated by commas.
    pub fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        variables.parsed(NAME, WANTED, |value| {
            let keys = parse_hex_256_list(value)?;
            let mut keys = keys.iter().map(|key| Hmac::new_from_slice(key).ok());
            let first = keys.next()??;
            Some(Self { first, others: keys.collect::<Option<_>>()? })
        })
    }

    /// The token of this version. It is valid if no higher version was issued.
    #[must_use]
    pub fn issue(&self, application: &ApplicationId, version: TokenVersion) -> Token {
        let mut bytes = application.to_bytes().to_vec();
        bytes.extend(version.get().to_be_bytes());
        let mac = mac(&self.first, &bytes).finalize().into_bytes();
        bytes.extend(mac.iter().take(MAC));
        Token::new(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The caller who has this token; `None` if it was not issued with one of these keys. It takes the same time whether
    /// the MAC is wrong in its first byte or in its last.
    #[must_use]
    pub fn verify(&self, token: &str) -> Option<Caller> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok().filter(|bytes| bytes.len() == ID + VERSION + MAC)?;
        let (signed, given) = bytes.split_at_checked(ID + VERSION)?;
        let is_valid = std::iter::once(&self.first)
            .chain(&self.others)
            .fold(false, |valid, key| valid | mac(key, signed).verify_truncated_left(given).is_ok());
        let (id, version) = signed.split_at_checked(ID)?;
        is_valid.then_some(Caller {
            application: ApplicationId::from_bytes(id.try_into().ok()?),
            token_version: Some(TokenVersion::new(u32::from_be_bytes(version.try_into().ok()?))),
        })
    }
}

fn mac(key: &Hmac<Sha256>, signed: &[u8]) -> Hmac<Sha256> {
    key.clone().chain_update(PURPOSE).chain_update(signed)
}

/// Without the keys.
impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKeys({})", 1 + self.others.len())
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::application_id;
    use proptest::prelude::*;

    use super::*;

    const KEY: &str = "1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";
    const OTHER: &str = "2f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100";

    fn keys(value: &str) -> Result<SigningKeys, ConfigError> {
        SigningKeys::from_variables(&Variables::from_iter([(NAME, value)]))
    }

    fn version(version: u32) -> TokenVersion {
        TokenVersion::new(version)
    }

    #[test]
    fn a_token_proves_its_application_and_version() {
        let (keys, application) = (keys(KEY).unwrap(), application_id());
        let token = keys.issue(&application, version(7));
        assert_eq!(token.expose().len(), 64);
        assert_eq!(
            keys.verify(token.expose()),
            Some(Caller { application, token_version: Some(version(7)) })
        );
    }

    #[test]
    fn tokens_do_not_change_between_releases() {
        let application = ApplicationId::parse("AAECAwQFBgcICQoLDA0ODw").unwrap();
        let token = keys(KEY).unwrap().issue(&application, version(1));
        assert_eq!(token.expose(), "AAECAwQFBgcICQoLDA0ODwAAAAFA96Cqj8TSdMbLUu_LMYHOn25qpF4LGyza-2JI");
    }

    #[test]
    fn the_first_key_signs_and_all_verify() {
        let (old, new) = (keys(KEY).unwrap(), keys(OTHER).unwrap());
        let both = keys(&format!("{OTHER},{KEY}")).unwrap();
        let application = application_id();
        let signed_by_old = old.issue(&application, version(1));
        assert!(both.verify(signed_by_old.expose()).is_some());
        assert!(new.verify(signed_by_old.expose()).is_none(), "the key was removed");
        assert_eq!(both.issue(&application, version(1)), new.issue(&application, version(1)));
    }

    #[test]
    fn other_text_is_no_token() {
        let (keys, application) = (keys(KEY).unwrap(), application_id());
        let token = keys.issue(&application, version(1));
        let token = token.expose();
        let swapped =
            format!("{}{}", &token[..27], &keys.issue(&application_id(), version(1)).expose()[27..]);
        for text in ["", "self", application.as_str(), &token[..63], &format!("{token}A"), &swapped] {
            assert_eq!(keys.verify(text), None, "{text}");
        }
    }

    #[test]
    fn malformed_keys_are_refused() {
        for value in ["", "open", &KEY[1..], &format!("{KEY},"), &format!("{KEY};{OTHER}"), "swordfish"] {
            let error = keys(value).unwrap_err().to_string();
            assert!(error.starts_with("environment variable TOKEN_SIGNING_KEYS is"), "{error}");
            assert!(value.is_empty() || !error.contains(value), "{error}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let keys = keys(&format!("{KEY},{OTHER}")).unwrap();
        assert_eq!(format!("{keys:?}"), "SigningKeys(2)");
        assert_eq!(format!("{:?}", keys.issue(&application_id(), version(1))), "Token(…)");
    }

    proptest! {
        /// Whatever bit of a token is changed, it is not valid any more.
        #[test]
        fn a_changed_token_is_not_valid(bit in 0..8 * (ID + VERSION + MAC)) {
            let keys = keys(KEY).unwrap();
            let token = keys.issue(&application_id(), version(3));
            let mut bytes = URL_SAFE_NO_PAD.decode(token.expose()).unwrap();
            bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert_eq!(keys.verify(&URL_SAFE_NO_PAD.encode(bytes)), None);
        }
    }
}
