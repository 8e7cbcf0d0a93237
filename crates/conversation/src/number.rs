use std::fmt;

/// The largest integer that every JSON reader represents exactly: 2^53 - 1.
const MAX: u64 = (1 << 53) - 1;

/// The text is not `[1-9][0-9]*` up to 2^53 - 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a number from 1 to 9007199254740991")]
pub struct NotANumber;

fn parse(text: &str) -> Result<u64, NotANumber> {
    let digits_only = !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(value) if digits_only => check(value),
        _ => Err(NotANumber),
    }
}

fn check(value: u64) -> Result<u64, NotANumber> {
    if (1..=MAX).contains(&value) { Ok(value) } else { Err(NotANumber) }
}

macro_rules! number {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(u64);

        impl $name {
            /// # Errors
            /// [`NotANumber`] unless `value` is between 1 and 2^53 - 1.
            pub fn new(value: u64) -> Result<Self, NotANumber> {
                check(value).map(Self)
            }

            /// Reads the decimal form used in paths: no sign, no leading zero.
            ///
            /// # Errors
            /// [`NotANumber`] for anything else.
            pub fn parse(text: &str) -> Result<Self, NotANumber> {
                parse(text).map(Self)
            }

            #[must_use]
            pub fn get(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number! {
    /// The number of a chat within its application: 1, 2, 3, …, never reused.
    ChatNumber
}

number! {
    /// The number of a message within its chat: 1, 2, 3, …, never reused.
    MessageNumber
}

number! {
    /// The position of a write in the history of its parent, allocated by the same atomic update as the number. Each
    /// write has its own. So revisions tell which of two writes to one row is newer and, in a
    /// [`Ledger`](crate::Ledger), whether a count includes a write.
    Revision
}

impl Revision {
    /// Above every revision that a counter reserves.
    pub const MAX: Self = Self(MAX);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_decimals_are_numbers() {
        for (text, value) in [("1", 1), ("42", 42), ("9007199254740991", MAX)] {
            assert_eq!(ChatNumber::parse(text).map(ChatNumber::get), Ok(value));
        }
    }

    #[test]
    fn other_text_is_no_number() {
        for text in [
            "",
            "0",
            "01",
            "-1",
            "+1",
            " 1",
            "1 ",
            "1.0",
            "1e3",
            "x",
            "٣",
            "9007199254740992",
            "99999999999999999999999",
        ] {
            assert_eq!(MessageNumber::parse(text), Err(NotANumber), "{text:?}");
        }
        assert_eq!(MessageNumber::new(0), Err(NotANumber));
    }
}
