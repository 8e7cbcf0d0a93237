//! HTTP requests to loopback.

use std::time::Duration;

use anyhow::{Context, Result};
use ureq::Agent;
use ureq::http::{HeaderMap, Request};

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Reply {
    /// The text of a header, or an empty one.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

/// The base URL of a server on this port of loopback.
pub(crate) fn loopback(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// Sends a request; a reply of any status counts as a success.
pub(crate) fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Result<Reply> {
    let request = Request::builder().method(method).uri(url);
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    let agent: Agent = Agent::config_builder()
        // The user's proxy does not lead to loopback.
        .proxy(None)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        // Lets a request of any method have a body.
        .allow_non_standard_methods(true)
        .build()
        .into();
    let mut response =
        agent.run(request.body(body.to_owned())?).with_context(|| format!("no reply from {url}"))?;
    let body =
        response.body_mut().read_to_string().with_context(|| format!("incomplete reply from {url}"))?;
    Ok(Reply { status: response.status().as_u16(), headers: std::mem::take(response.headers_mut()), body })
}
