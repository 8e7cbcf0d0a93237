//! A client of the API of a local stack.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::Value;
use ureq::Agent;

use crate::shipped::root;

pub(crate) struct Client {
    agent: Agent,
    api: String,
    key: Option<String>,
}

fn agent(connections: usize) -> Agent {
    Agent::config_builder()
        // Whatever proxy the user has, loopback is not behind it.
        .proxy(None)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(30)))
        .max_idle_connections_per_host(connections)
        .build()
        .into()
}

impl Client {
    /// A client of the stack that `cargo xtask up` has started, with as many connections at once.
    pub(crate) fn of_local_stack(connections: usize) -> Result<Self> {
        let stack = std::fs::read_to_string(root().join(".local/stack.json"))
            .context("no stack: run `cargo xtask up`")?;
        let stack: Value = serde_json::from_str(&stack)?;
        let text = |name| stack.get(name).and_then(Value::as_str).map(str::to_owned);
        let api = text("api").context("stack.json has no api")?;
        if !api.starts_with("http://127.0.0.1:") {
            bail!("{api} is not on loopback, and only a local stack is loaded");
        }
        Ok(Self { agent: agent(connections), api, key: text("admin_key") })
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let mut request = self.agent.post(self.url(path)).content_type("application/json");
        if let Some(key) = &self.key {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        let mut answer = request.send(body.to_string())?;
        let text = answer.body_mut().read_to_string()?;
        if answer.status() != 201 {
            bail!("{path} answered {}: {text}", answer.status());
        }
        Ok(serde_json::from_str(&text)?)
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value> {
        let mut answer = self.agent.get(self.url(path)).call()?;
        let text = answer.body_mut().read_to_string()?;
        if answer.status() != 200 {
            bail!("{path} answered {}: {text}", answer.status());
        }
        Ok(serde_json::from_str(&text)?)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.api)
    }
}
