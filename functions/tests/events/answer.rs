use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde_json::{Value, json};

/// What a function answered to an event.
#[derive(Debug)]
pub(crate) struct Answer {
    event: String,
    whole: Value,
    /// The body of an HTTP response, decoded.
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn new(event: &str, answer: &str) -> Self {
        let whole: Value = serde_json::from_str(answer).unwrap();
        let mut body = whole["body"].as_str().unwrap_or_default().as_bytes().to_vec();
        if whole["isBase64Encoded"] == true {
            body = STANDARD.decode(body).unwrap();
        }
        let mut answer = Self { event: event.to_owned(), whole, text: String::new() };
        if answer.header("content-encoding") == Some("gzip") {
            GzDecoder::new(body.as_slice()).read_to_string(&mut answer.text).unwrap();
        } else {
            answer.text = String::from_utf8(body).unwrap();
        }
        answer
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.whole["multiValueHeaders"][name][0].as_str()
    }

    pub(crate) fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// An HTTP response with this status, whose JSON has at least these members.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16, members: &Value) -> &Self {
        assert_eq!(self.whole["statusCode"], status, "{self:?}");
        let json = if status < 400 { "application/json" } else { "application/problem+json" };
        self.has("content-type", json);
        assert!(has_members(&self.body(), members), "{} instead of {members}: {self:?}", self.body());
        self
    }

    #[track_caller]
    pub(crate) fn has(&self, header: &str, value: &str) -> &Self {
        assert_eq!(self.header(header), Some(value), "{}: {}", self.event, self.whole);
        self
    }

    /// 204, without a body.
    #[track_caller]
    pub(crate) fn expect_nothing(&self) {
        assert_eq!((&self.whole["statusCode"], self.text.as_str()), (&json!(204), ""), "{self:?}");
    }

    /// A batch of which nothing must be delivered again.
    #[track_caller]
    pub(crate) fn expect_all_done(&self) {
        assert_eq!(self.whole, json!({ "batchItemFailures": [] }), "{}", self.event);
    }
}

fn has_members(value: &Value, expected: &Value) -> bool {
    match (value, expected) {
        (Value::Object(value), Value::Object(expected)) => expected
            .iter()
            .all(|(name, expected)| value.get(name).is_some_and(|value| has_members(value, expected))),
        (Value::Array(value), Value::Array(expected)) => {
            value.len() == expected.len()
                && value.iter().zip(expected).all(|(value, expected)| has_members(value, expected))
        }
        _ => value == expected,
    }
}
