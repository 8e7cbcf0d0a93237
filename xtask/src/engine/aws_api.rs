//! Calls of the AWS APIs that an engine has.

use anyhow::Result;

use crate::machine::http::{self, Reply};

/// Calls an API as the owner of the account. The engines check no signature, but LocalEmu looks for a known access key.
pub(crate) fn call(
    method: &str,
    url: &str,
    service: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<Reply> {
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=test/20250101/us-east-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    );
    http::send(method, url, &[headers, &[("authorization", &authorization)]].concat(), body)
}
