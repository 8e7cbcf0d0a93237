//! `stack.json`: how a program finds a running stack.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Addresses {
    /// The API's base URL, without a trailing slash.
    pub(crate) api: String,
    /// The endpoint of the AWS APIs.
    pub(crate) aws: String,
    pub(crate) opensearch: String,
    /// The operator's key; `null` where the operator's routes are open.
    pub(crate) admin_key: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_stack_says_so_with_a_null_admin_key() {
        let addresses =
            Addresses { api: "a".into(), aws: "b".into(), opensearch: "c".into(), admin_key: None };
        let json = serde_json::to_string(&addresses).unwrap();
        assert_eq!(json, r#"{"api":"a","aws":"b","opensearch":"c","admin_key":null}"#);
    }
}
