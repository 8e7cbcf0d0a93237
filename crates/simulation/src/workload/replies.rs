//! What clients make of the replies to writes.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use conversation::ApplicationId;
use serde_json::Value;

use super::client::Client;
use crate::gateway::HttpResponse;
use crate::history::{ChatKey, MessageKey, Outcome, Reply, Request, Uncertainty};

impl Client {
    /// The outcome of a write, after the directory learned from it.
    pub(super) async fn outcome(&self, request: &Request, response: Option<HttpResponse>) -> Result<Outcome> {
        let Some(HttpResponse { status, body, .. }) = response else {
            return Ok(Outcome::Unknown(Uncertainty::NoReply));
        };
        if status < 300 {
            return Ok(Outcome::Ok(self.learn(request, &body)?));
        }
        let code: Arc<str> = body.get("code").and_then(Value::as_str).unwrap_or_default().into();
        if &*code == "token_revoked" {
            self.ask_for_token(request).await?;
        }
        let is_refused = status < 500 || &*code == "temporarily_unavailable";
        Ok(if is_refused {
            Outcome::Refused { status, code }
        } else {
            Outcome::Unknown(Uncertainty::Status { status, code })
        })
    }

    fn learn(&self, request: &Request, body: &Value) -> Result<Reply> {
        let text = |name: &str| {
            let value = body.get(name).and_then(Value::as_str);
            value.map(str::to_owned).with_context(|| format!("a reply without {name}: {body}"))
        };
        let number = || {
            let value = body.get("number").and_then(Value::as_u64);
            value.with_context(|| format!("a reply without number: {body}"))
        };
        let mut directory = self.shared.directory();
        Ok(match request {
            Request::CreateApplication { .. } => {
                let id = ApplicationId::parse(&text("id")?)?;
                let key = self.shared.history().application(&id);
                directory.add_application(key, id, text("token")?);
                Reply::Application(key)
            }
            Request::CreateChat { application } => {
                let number = number()?;
                directory.add_chat(ChatKey { application: *application, number });
                Reply::Chat(number)
            }
            Request::CreateMessage { chat, .. } => {
                let number = number()?;
                directory.add_message(MessageKey { chat: *chat, number });
                Reply::Message { number, body: text("body")?.into() }
            }
            Request::UpdateMessage { .. } => Reply::Message { number: number()?, body: text("body")?.into() },
            Request::RotateToken { application } => {
                directory.set_token(*application, text("token")?, self.shared.region.context.now());
                Reply::Done
            }
            Request::DeleteApplication { application } => {
                directory.remove_application(*application);
                Reply::Done
            }
            Request::DeleteChat { chat } => {
                directory.remove_chat(*chat);
                Reply::Done
            }
            Request::RenameApplication { .. } | Request::DeleteMessage { .. } => Reply::Done,
        })
    }

    /// Asks the operator for the present token: a rotation whose reply was lost revoked the known one.
    async fn ask_for_token(&self, request: &Request) -> Result<()> {
        let Some(application) = request.target().application() else { return Ok(()) };
        let Some(response) = self.send(self.application_request(application)?).await? else { return Ok(()) };
        if let Some(token) = response.body.get("token").and_then(Value::as_str) {
            let now = self.shared.region.context.now();
            self.shared.directory().set_token(application, token.to_owned(), now);
        }
        Ok(())
    }
}
