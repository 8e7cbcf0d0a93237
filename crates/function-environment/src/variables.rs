use std::collections::HashMap;
use std::fmt;

/// The environment variables.
#[derive(Clone)]
pub struct Variables(HashMap<String, String>);

/// A variable that is missing or malformed, and what it should be.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("environment variable {name} is not set: set it to {wanted}")]
    Missing { name: &'static str, wanted: &'static str },
    #[error("environment variable {name} is malformed: set it to {wanted}")]
    Malformed { name: &'static str, wanted: &'static str },
}

/// The sentence itself: it is what the runtime prints if `main` fails.
impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Variables {
    /// The variables of this process. A value that is not Unicode counts as missing.
    #[must_use]
    pub fn from_process() -> Self {
        let unicode = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        };
        std::env::vars_os().filter_map(unicode).collect()
    }

    /// The value of `name`; `None` if it is missing or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// The value of `name`. `wanted` tells the operator what it should be.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] if it is missing or empty.
    pub fn required(&self, name: &'static str, wanted: &'static str) -> Result<&str, ConfigError> {
        self.get(name).ok_or(ConfigError::Missing { name, wanted })
    }

    /// The parsed value of `name`.
    ///
    /// # Errors
    /// [`ConfigError::Missing`], or [`ConfigError::Malformed`] if `parse` returns `None`.
    pub fn parsed<T>(
        &self,
        name: &'static str,
        wanted: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, ConfigError> {
        parse(self.required(name, wanted)?).ok_or(ConfigError::Malformed { name, wanted })
    }

    /// The value of `name`, which must be an `http` or `https` URL.
    ///
    /// # Errors
    /// [`ConfigError::Missing`] or [`ConfigError::Malformed`].
    pub fn url(&self, name: &'static str, wanted: &'static str) -> Result<String, ConfigError> {
        self.parsed(name, wanted, |value| {
            let rest = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://"))?;
            (!rest.is_empty() && !rest.contains(char::is_whitespace)).then(|| value.to_owned())
        })
    }
}

/// One or more values of 256 bits, each as 64 hexadecimal digits, separated by commas. Spaces around a value are ignored.
/// `None` for any other text.
#[must_use]
pub fn parse_hex_256_list(text: &str) -> Option<Vec<[u8; 32]>> {
    let parse = |value: &str| {
        let mut bytes = [0; 32];
        hex::decode_to_slice(value.trim(), &mut bytes).ok()?;
        Some(bytes)
    };
    text.split(',').map(parse).collect()
}

impl<Name: Into<String>, Value: Into<String>> FromIterator<(Name, Value)> for Variables {
    fn from_iter<Pairs: IntoIterator<Item = (Name, Value)>>(pairs: Pairs) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

/// Names only: a value may be a secret.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_names_a_missing_variable_and_its_meaning() {
        let empty = Variables::from_iter([("QUEUE", "")]);
        let error = empty.required("QUEUE", "the URL of the queue").unwrap_err();
        assert_eq!(
            error.to_string(),
            "environment variable QUEUE is not set: set it to the URL of the queue"
        );
    }

    #[test]
    fn only_http_urls_are_accepted() {
        let variables = Variables::from_iter([
            ("A", "http://127.0.0.1:9201"),
            ("B", "127.0.0.1:9201"),
            ("C", "https://"),
        ]);
        assert_eq!(variables.url("A", "a URL").as_deref(), Ok("http://127.0.0.1:9201"));
        for name in ["B", "C"] {
            assert_eq!(variables.url(name, "a URL"), Err(ConfigError::Malformed { name, wanted: "a URL" }));
        }
    }

    #[test]
    fn debug_of_an_error_is_its_sentence() {
        let error = ConfigError::Malformed { name: "QUEUE", wanted: "a URL" };
        assert_eq!(format!("{error:?}"), "environment variable QUEUE is malformed: set it to a URL");
    }

    #[test]
    fn debug_shows_no_values() {
        let variables = Variables::from_iter([("SECRET", "swordfish")]);
        assert_eq!(format!("{variables:?}"), r#"{"SECRET"}"#);
    }
}
