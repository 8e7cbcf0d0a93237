//! What clients ask for, as requests of the API.

use anyhow::{Context as _, Result};
use http_api::fixture::Event;
use serde_json::{Value, json};
use simulated_aws::ADMIN_KEY;

use super::client::Client;
use crate::history::{ApplicationKey, ChatKey, MessageKey, Request};

const APPLICATIONS: &str = "/applications";
const APPLICATION: &str = "/applications/{token}";
const TOKEN: &str = "/applications/{token}/token";
const CHATS: &str = "/applications/{token}/chats";
const CHAT: &str = "/applications/{token}/chats/{chat}";
const MESSAGES: &str = "/applications/{token}/chats/{chat}/messages";
const MESSAGE: &str = "/applications/{token}/chats/{chat}/messages/{message}";
const SEARCH: &str = "/applications/{token}/chats/{chat}/messages/search";

/// A request as the gateway takes it.
#[derive(Debug)]
pub(super) struct ApiRequest {
    /// Such as `GET /applications`.
    pub(super) route: String,
    pub(super) event: Event,
}

impl ApiRequest {
    fn new(method: &str, path: &str, parameters: &[(&str, &str)], body: Option<&Value>) -> Self {
        let route = format!("{method} {path}");
        let event = Event::new(&route, parameters);
        let event = body.map_or(event.clone(), |body| event.json(body));
        Self { route, event }
    }

    /// Reads the application of a token.
    pub(super) fn own_application(token: &str) -> Self {
        Self::new("GET", APPLICATION, &[("token", "self")], None).authorized_by(token)
    }

    pub(super) fn header(self, name: &str, value: &str) -> Self {
        Self { event: self.event.header(name, value), ..self }
    }

    fn query(self, parameters: &[(&str, &str)]) -> Self {
        Self { event: self.event.query(parameters), ..self }
    }

    fn authorized_by(self, secret: &str) -> Self {
        self.header("Authorization", &format!("Bearer {secret}"))
    }
}

impl Client {
    pub(super) fn write_request(&self, request: &Request) -> Result<ApiRequest> {
        let body = |name: &str, value: &str| Some(json!({ name: value }));
        match request {
            Request::CreateApplication { name } => {
                let request = ApiRequest::new("POST", APPLICATIONS, &[], body("name", name).as_ref());
                Ok(request.authorized_by(ADMIN_KEY))
            }
            Request::RenameApplication { application, name } => {
                self.by_operator("PUT", *application, body("name", name).as_ref())
            }
            Request::DeleteApplication { application } => self.by_operator("DELETE", *application, None),
            Request::RotateToken { application } => self.by_tenant("POST", TOKEN, *application, &[], None),
            Request::CreateChat { application } => self.by_tenant("POST", CHATS, *application, &[], None),
            Request::DeleteChat { chat } => self.in_chat("DELETE", CHAT, *chat, None),
            Request::CreateMessage { chat, body: text } => {
                self.in_chat("POST", MESSAGES, *chat, body("body", text).as_ref())
            }
            Request::UpdateMessage { message, body: text } => {
                self.on_message("PUT", *message, body("body", text).as_ref())
            }
            Request::DeleteMessage { message } => self.on_message("DELETE", *message, None),
        }
    }

    pub(super) fn messages_request(&self, chat: ChatKey, after: u64, limit: u8) -> Result<ApiRequest> {
        let (after, limit) = (after.to_string(), limit.to_string());
        let mut query = vec![("order", "asc"), ("limit", &*limit)];
        if after != "0" {
            query.push(("after", &after));
        }
        Ok(self.in_chat("GET", MESSAGES, chat, None)?.query(&query))
    }

    pub(super) fn message_request(&self, message: MessageKey) -> Result<ApiRequest> {
        self.on_message("GET", message, None)
    }

    pub(super) fn search_request(&self, chat: ChatKey, text: &str) -> Result<ApiRequest> {
        Ok(self.in_chat("GET", SEARCH, chat, None)?.query(&[("q", text)]))
    }

    /// Reads an application with its present token.
    pub(super) fn application_request(&self, application: ApplicationKey) -> Result<ApiRequest> {
        self.by_operator("GET", application, None)
    }

    /// A request of the operator, who names an application by its id.
    fn by_operator(
        &self,
        method: &str,
        application: ApplicationKey,
        body: Option<&Value>,
    ) -> Result<ApiRequest> {
        let id = {
            let directory = self.shared.directory();
            directory.application(application).context("an unknown application")?.id.clone()
        };
        let request = ApiRequest::new(method, APPLICATION, &[("token", id.as_str())], body);
        Ok(request.authorized_by(ADMIN_KEY))
    }

    /// A request with the token of an application. Half of the clients send it in a header, the others in the path.
    fn by_tenant(
        &self,
        method: &str,
        path: &str,
        application: ApplicationKey,
        parameters: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<ApiRequest> {
        let token = {
            let directory = self.shared.directory();
            directory.application(application).context("an unknown application")?.token.clone()
        };
        let in_header = self.key.0.is_multiple_of(2);
        let in_path = if in_header { "self" } else { &*token };
        let all: Vec<(&str, &str)> = [("token", in_path)].iter().chain(parameters).copied().collect();
        let request = ApiRequest::new(method, path, &all, body);
        Ok(if in_header { request.authorized_by(&token) } else { request })
    }

    fn in_chat(&self, method: &str, path: &str, chat: ChatKey, body: Option<&Value>) -> Result<ApiRequest> {
        self.by_tenant(method, path, chat.application, &[("chat", &chat.number.to_string())], body)
    }

    fn on_message(&self, method: &str, message: MessageKey, body: Option<&Value>) -> Result<ApiRequest> {
        let (chat, number) = (message.chat.number.to_string(), message.number.to_string());
        let parameters = [("chat", &*chat), ("message", &*number)];
        self.by_tenant(method, MESSAGE, message.chat.application, &parameters, body)
    }
}
