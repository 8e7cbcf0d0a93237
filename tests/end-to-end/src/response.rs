use reqwest::header::HeaderMap;
use reqwest::{StatusCode, Url};
use serde_json::Value;

/// A response of the API, read to its end.
#[derive(Debug)]
pub struct Response {
    pub url: Url,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Response {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The value of `WWW-Authenticate`, also if API Gateway has renamed it.
    ///
    /// Source: "Amazon API Gateway important notes" in the Amazon API Gateway developer guide.
    pub fn challenge(&self) -> Option<&str> {
        self.header("www-authenticate").or_else(|| self.header("x-amzn-remapped-www-authenticate"))
    }

    /// Checks the status, and returns the JSON.
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self.json()
    }

    pub fn expect_no_content(&self) {
        assert_eq!((self.status.as_u16(), self.text.as_str()), (204, ""), "{self:?}");
    }

    /// Checks that this is a complete problem document with this status and code, and returns it.
    pub fn expect_problem(&self, status: u16, code: &str) -> Value {
        let problem = self.expect(status);
        assert_eq!(problem["code"], code, "{self:?}");
        assert_eq!(problem["status"], status, "{self:?}");
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        for member in ["type", "title", "detail", "request_id"] {
            assert!(problem[member].as_str().is_some_and(|text| !text.is_empty()), "{member}: {self:?}");
        }
        problem
    }

    /// The URL in `Location`.
    pub fn location(&self) -> String {
        let reference = self.header("location").unwrap_or_else(|| panic!("no Location in {self:?}"));
        self.url.join(reference).unwrap().to_string()
    }

    /// The URL of the next page, if `Link` has one.
    pub fn next_page(&self) -> Option<String> {
        let link = self.header("link")?;
        let reference = link.strip_prefix('<')?.strip_suffix(">; rel=\"next\"")?;
        Some(self.url.join(reference).unwrap().to_string())
    }
}
