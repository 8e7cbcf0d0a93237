use std::sync::Arc;

/// The longest name of an application, in characters after trimming.
const MAX_NAME_CHARS: usize = 255;
/// The largest body of a message, in bytes of UTF-8.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// The longest search text, in characters after trimming.
const MAX_QUERY_CHARS: usize = 500;

/// Why a text is refused. Clients see the sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("must not be blank")]
    Blank,
    #[error("must be at most {max} characters long")]
    TooManyChars { max: usize },
    #[error("must be at most {max} bytes of UTF-8")]
    TooManyBytes { max: usize },
}

fn trimmed(text: &str, max: usize) -> Result<&str, TextError> {
    let text = text.trim();
    if text.is_empty() {
        Err(TextError::Blank)
    } else if text.chars().count() > max {
        Err(TextError::TooManyChars { max })
    } else {
        Ok(text)
    }
}

/// The name of an application: trimmed, 1 to 255 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// # Errors
    /// [`TextError::Blank`] or [`TextError::TooManyChars`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        trimmed(text, MAX_NAME_CHARS).map(|name| Self(name.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text of a message, kept as sent: not blank, at most 64 KiB of UTF-8. Clones share the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body(Arc<str>);

impl Body {
    /// # Errors
    /// [`TextError::Blank`] or [`TextError::TooManyBytes`].
    pub fn parse(text: String) -> Result<Self, TextError> {
        if text.trim().is_empty() {
            Err(TextError::Blank)
        } else if text.len() > MAX_BODY_BYTES {
            Err(TextError::TooManyBytes { max: MAX_BODY_BYTES })
        } else {
            Ok(Self(text.into()))
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The text to search for: trimmed, 1 to 500 characters. It is never a query language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchText(String);

impl SearchText {
    /// # Errors
    /// [`TextError::Blank`] or [`TextError::TooManyChars`].
    pub fn parse(text: &str) -> Result<Self, TextError> {
        trimmed(text, MAX_QUERY_CHARS).map(|text| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_trimmed_and_limited_in_characters() {
        assert_eq!(Name::parse("  Ünïted \n").unwrap().as_str(), "Ünïted");
        assert!(Name::parse(&"ñ".repeat(255)).is_ok());
        assert_eq!(Name::parse(&"ñ".repeat(256)), Err(TextError::TooManyChars { max: 255 }));
        assert_eq!(Name::parse(" \u{3000}\t"), Err(TextError::Blank));
    }

    #[test]
    fn a_body_is_kept_as_sent_and_limited_in_bytes() {
        assert_eq!(Body::parse(" hi \n".into()).unwrap().as_str(), " hi \n");
        assert!(Body::parse("é".repeat(32 * 1024)).is_ok());
        assert_eq!(
            Body::parse("a".repeat(MAX_BODY_BYTES + 1)),
            Err(TextError::TooManyBytes { max: MAX_BODY_BYTES })
        );
        assert_eq!(Body::parse("\u{2003}\n".into()), Err(TextError::Blank));
    }

    #[test]
    fn a_search_text_has_up_to_500_characters() {
        assert!(SearchText::parse(&"天".repeat(500)).is_ok());
        assert_eq!(SearchText::parse(&"天".repeat(501)), Err(TextError::TooManyChars { max: 500 }));
        assert_eq!(SearchText::parse(""), Err(TextError::Blank));
    }
}
