//! Requests to loopback.

use std::time::Duration;

use anyhow::{Context, Result};
use ureq::Agent;

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: String,
}

pub(crate) fn get(url: &str) -> Result<Reply> {
    read(agent().get(url).call(), url)
}

pub(crate) fn post(url: &str, headers: &[(&str, &str)], body: &str) -> Result<Reply> {
    let mut request = agent().post(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    read(request.send(body), url)
}

/// A request of any method, without a body where `body` is empty.
pub(crate) fn send(method: &str, url: &str, body: &str) -> Result<Reply> {
    let request = ureq::http::Request::builder().method(method).uri(url);
    let request = request.header("content-type", "application/json").body(body.to_owned())?;
    let agent = agent();
    let request = agent.configure_request(request).allow_non_standard_methods(true).build();
    read(agent.run(request), url)
}

fn agent() -> Agent {
    Agent::config_builder()
        // Whatever proxy the user has, loopback is not behind it.
        .proxy(None)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        .build()
        .into()
}

fn read(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>, url: &str) -> Result<Reply> {
    let mut response = answer.with_context(|| format!("no answer from {url}"))?;
    let status = response.status().as_u16();
    let body = response.body_mut().read_to_string().with_context(|| format!("half an answer from {url}"))?;
    Ok(Reply { status, body })
}
