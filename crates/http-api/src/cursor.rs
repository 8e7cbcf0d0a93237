use conversation::ports::{ApplicationCursor, HitCursor};
use conversation::{Application, ApplicationId, Chat, ChatNumber, Hit, Message, MessageNumber, Timestamp};

/// A position in a list, as clients carry it from a `Link` header to the parameter `after`.
pub trait Cursor: Sized {
    /// What the text must be: completes the sentence "after …".
    const EXPECTED: &'static str;

    /// The cursor as text that needs no escaping in a URL.
    fn encode(&self) -> String;

    /// Reads what [`Cursor::encode`] wrote; `None` for anything else.
    fn decode(text: &str) -> Option<Self>;

    /// Whether the text stands for the start of the list, before its first item in either order.
    #[must_use]
    fn is_start(_: &str) -> bool {
        false
    }
}

/// An item of a list that clients read page by page.
pub trait Paged {
    /// The position of an item in its list.
    type Cursor: Cursor;

    /// The position of this item: the next page begins after it.
    fn cursor(&self) -> Self::Cursor;
}

impl Paged for Application {
    type Cursor = ApplicationCursor;

    fn cursor(&self) -> ApplicationCursor {
        self.into()
    }
}

impl Paged for Chat {
    type Cursor = ChatNumber;

    fn cursor(&self) -> ChatNumber {
        self.number
    }
}

impl Paged for Message {
    type Cursor = MessageNumber;

    fn cursor(&self) -> MessageNumber {
        self.number
    }
}

impl Paged for Hit {
    type Cursor = HitCursor;

    fn cursor(&self) -> HitCursor {
        self.into()
    }
}

const EXPECTED_NUMBER: &str = "must be a number from 0 to 9007199254740991";
const EXPECTED_OPAQUE: &str = "must be the unchanged cursor of a Link header";
/// What a client that counts has before it saw the first number.
const START: &str = "0";
/// Between the two parts of an opaque cursor. The first part never contains it.
const SEPARATOR: char = '_';

impl Cursor for ChatNumber {
    const EXPECTED: &'static str = EXPECTED_NUMBER;

    fn encode(&self) -> String {
        self.to_string()
    }

    fn decode(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }

    fn is_start(text: &str) -> bool {
        text == START
    }
}

impl Cursor for MessageNumber {
    const EXPECTED: &'static str = EXPECTED_NUMBER;

    fn encode(&self) -> String {
        self.to_string()
    }

    fn decode(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }

    fn is_start(text: &str) -> bool {
        text == START
    }
}

impl Cursor for ApplicationCursor {
    const EXPECTED: &'static str = EXPECTED_OPAQUE;

    fn encode(&self) -> String {
        format!("{}{SEPARATOR}{}", self.created_at.millis(), self.id.as_str())
    }

    fn decode(text: &str) -> Option<Self> {
        let (millis, id) = text.split_once(SEPARATOR)?;
        let millis = digits(millis, 15)?.parse().ok()?;
        Some(Self { created_at: Timestamp::from_millis(millis), id: ApplicationId::parse(id).ok()? })
    }
}

impl Cursor for HitCursor {
    const EXPECTED: &'static str = EXPECTED_OPAQUE;

    fn encode(&self) -> String {
        format!("{}{SEPARATOR}{}", self.score, self.number)
    }

    fn decode(text: &str) -> Option<Self> {
        let (score, number) = text.split_once(SEPARATOR)?;
        let (whole, fraction) = score.split_once('.').unwrap_or((score, "0"));
        // More digits than any score has. The index may reject larger values.
        digits(whole, 6)?;
        digits(fraction, 24)?;
        let number = MessageNumber::parse(digits(number, 15)?).ok()?;
        Some(Self { score: score.parse().ok()?, number })
    }
}

/// The text, if it consists of 1 to `max` digits.
fn digits(text: &str, max: usize) -> Option<&str> {
    ((1..=max).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::application_id;

    use super::*;

    #[test]
    fn cursors_survive_encoding() {
        let application = ApplicationCursor { created_at: Timestamp::from_millis(5), id: application_id() };
        assert_eq!(Cursor::decode(&application.encode()), Some(application));
        for score in [2.700_000_047_683_716, 1.0, 0.012_5] {
            let hit = HitCursor { score, number: MessageNumber::new(9).unwrap() };
            assert_eq!(Cursor::decode(&hit.encode()), Some(hit));
        }
        let (chat, message) = (ChatNumber::new(7).unwrap(), MessageNumber::new(9).unwrap());
        assert_eq!((chat.encode().as_str(), ChatNumber::decode("7")), ("7", Some(chat)));
        assert_eq!((message.encode().as_str(), MessageNumber::decode("9")), ("9", Some(message)));
    }

    #[test]
    fn other_text_is_no_cursor() {
        for text in ["", "7", "!!", "1_", "_1", "1_0", "-1_1", "1e5_1", "NaN_1", ".5_1", "1._1", "1.5.5_1"] {
            assert_eq!(HitCursor::decode(text), None, "{text}");
            assert!(text == "7" || ChatNumber::decode(text).is_none(), "{text}");
        }
        let id = application_id();
        for text in [String::new(), format!("_{id}"), format!("-1_{id}"), format!("5_{id}t")] {
            assert_eq!(ApplicationCursor::decode(&text), None, "{text}");
        }
    }
}
