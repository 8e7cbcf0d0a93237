use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use conversation::ApplicationId;
use http_api::fixture::Event;
use serde_json::{Value, json};
use simulated_aws::ADMIN_KEY;
use tokio::time::timeout;

use super::directory::Directory;
use crate::faults::{UNREADABLE_RECORD, UNREADABLE_RECORDS};
use crate::gateway::HttpResponse;
use crate::history::{
    ApplicationKey, ChatKey, ClientKey, History, MessageKey, Operation, Outcome, Reply, Request, Uncertainty,
};
use crate::random::Random;
use crate::region::Region;

/// What all clients share.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    pub(crate) region: Arc<Region>,
    history: Arc<Mutex<History>>,
    directory: Arc<Mutex<Directory>>,
}

/// A client, which sends one request at a time.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) shared: Clients,
    pub(crate) key: ClientKey,
    /// How long it waits for a response.
    pub(crate) patience: Duration,
}

const APPLICATION: &str = "/applications/{token}";
const CHATS: &str = "/applications/{token}/chats";
const CHAT: &str = "/applications/{token}/chats/{chat}";
const MESSAGES: &str = "/applications/{token}/chats/{chat}/messages";
const MESSAGE: &str = "/applications/{token}/chats/{chat}/messages/{message}";

impl Clients {
    pub(crate) fn new(region: Arc<Region>) -> Self {
        Self { region, history: Arc::default(), directory: Arc::default() }
    }

    pub(crate) fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn directory(&self) -> MutexGuard<'_, Directory> {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client that waits for a response as long as API Gateway does.
    pub(crate) fn client(&self, key: u32) -> Client {
        Client { shared: self.clone(), key: ClientKey(key), patience: Duration::from_secs(30) }
    }

    /// Puts a record that no version can read on the queue of writes, in the group of a chat. Returns
    /// whether there is a chat.
    pub(crate) fn put_unreadable_record(&self, random: &Random) -> bool {
        let directory = self.directory();
        let Some(chat) = directory.busy_chat().or_else(|| directory.pick_chat(random)) else { return false };
        let Some(application) = directory.application(chat.application) else { return false };
        let group = format!("{}#{}", application.id, chat.number);
        self.region.sqs.put("Writes", &group, UNREADABLE_RECORD, self.region.context.now());
        self.region.context.faults.count(UNREADABLE_RECORDS);
        true
    }

    /// The busy chat, even if it was deleted.
    pub(crate) fn chosen_busy_chat(&self) -> Option<ChatKey> {
        self.directory().chosen_busy_chat()
    }

    /// Takes the history so far.
    pub(crate) fn take_history(&self) -> History {
        std::mem::take(&mut self.history())
    }
}

/// A request as the gateway takes it.
struct Call {
    route: String,
    event: Event,
}

impl Call {
    fn authorized_by(self, secret: &str) -> Self {
        Self { event: self.event.header("Authorization", &format!("Bearer {secret}")), ..self }
    }
}

impl Client {
    /// Sends a request, records it, and learns from the reply.
    ///
    /// # Errors
    /// The simulation cannot run it: a route or an application is unknown.
    pub(crate) async fn attempt(
        &self,
        request: &Request,
        idempotency_key: Option<&Arc<str>>,
    ) -> Result<Outcome> {
        let Call { route, mut event } = self.call(request)?;
        if let Some(key) = idempotency_key {
            event = event.header("Idempotency-Key", key);
        }
        let clock = self.shared.region.context.clock;
        let start = clock.now();
        let response = self.send(&route, event).await?;
        let outcome = match response {
            None => Outcome::Unknown(Uncertainty::NoReply),
            Some(response) if response.status < 300 => Outcome::Ok(self.learn(request, &response.body)?),
            Some(response) => self.problem(request, &response).await?,
        };
        let operation = Operation {
            client: self.key,
            start,
            end: clock.now(),
            idempotency_key: idempotency_key.cloned(),
            request: request.clone(),
            outcome: outcome.clone(),
        };
        self.shared.region.context.trace.line(operation.end, format_args!("{operation}"));
        self.shared.history().operations.push(operation);
        Ok(outcome)
    }

    /// Sends a request of any kind. `None` if no response comes in time.
    pub(crate) async fn send(&self, route: &str, event: Event) -> Result<Option<HttpResponse>> {
        let sent = self.shared.region.gateway.send(route, event);
        timeout(self.patience, sent).await.unwrap_or(Ok(None))
    }

    fn call(&self, request: &Request) -> Result<Call> {
        let operator = |call: Call| call.authorized_by(ADMIN_KEY);
        Ok(match request {
            Request::CreateApplication { name } => {
                let event = Event::new("POST /applications", &[]).json(&json!({ "name": **name }));
                operator(Call { route: "POST /applications".to_owned(), event })
            }
            Request::RenameApplication { application, name } => {
                let body = json!({ "name": **name });
                operator(self.call_by_id("PUT", *application, Some(&body))?)
            }
            Request::DeleteApplication { application } => {
                operator(self.call_by_id("DELETE", *application, None)?)
            }
            Request::RotateToken { application } => {
                self.call_by_token("POST /applications/{token}/token", *application, &[], None)?
            }
            Request::CreateChat { application } => {
                self.call_by_token(&format!("POST {CHATS}"), *application, &[], None)?
            }
            Request::DeleteChat { chat } => self.call_chat(&format!("DELETE {CHAT}"), *chat, None)?,
            Request::CreateMessage { chat, body } => {
                self.call_chat(&format!("POST {MESSAGES}"), *chat, Some(&json!({ "body": **body })))?
            }
            Request::UpdateMessage { message, body } => {
                self.call_message(&format!("PUT {MESSAGE}"), *message, Some(&json!({ "body": **body })))?
            }
            Request::DeleteMessage { message } => {
                self.call_message(&format!("DELETE {MESSAGE}"), *message, None)?
            }
        })
    }

    fn call_by_id(&self, method: &str, application: ApplicationKey, body: Option<&Value>) -> Result<Call> {
        let id = {
            let directory = self.shared.directory();
            directory.application(application).context("an unknown application")?.id.clone()
        };
        Ok(call(&format!("{method} {APPLICATION}"), &[("token", id.as_str())], body))
    }

    /// Half of the clients send the token in a header, the others in the path.
    fn call_by_token(
        &self,
        route: &str,
        application: ApplicationKey,
        parameters: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Call> {
        let token = {
            let directory = self.shared.directory();
            directory.application(application).context("an unknown application")?.token.clone()
        };
        let in_header = self.key.0.is_multiple_of(2);
        let in_path = if in_header { "self" } else { &*token };
        let all: Vec<(&str, &str)> = [("token", in_path)].iter().chain(parameters).copied().collect();
        let call = call(route, &all, body);
        Ok(if in_header { call.authorized_by(&token) } else { call })
    }

    fn call_chat(&self, route: &str, chat: ChatKey, body: Option<&Value>) -> Result<Call> {
        self.call_by_token(route, chat.application, &[("chat", &chat.number.to_string())], body)
    }

    fn call_message(&self, route: &str, message: MessageKey, body: Option<&Value>) -> Result<Call> {
        let (chat, number) = (message.chat.number.to_string(), message.number.to_string());
        self.call_by_token(route, message.chat.application, &[("chat", &chat), ("message", &number)], body)
    }

    /// Reads messages of a chat in ascending order, at most `limit`.
    pub(crate) async fn messages_after(
        &self,
        chat: ChatKey,
        after: u64,
        limit: u8,
    ) -> Result<Option<HttpResponse>> {
        let call = self.call_chat(&format!("GET {MESSAGES}"), chat, None)?;
        let (after, limit) = (after.to_string(), limit.to_string());
        let mut query = vec![("order", "asc"), ("limit", &*limit)];
        if after != "0" {
            query.push(("after", &after));
        }
        self.send(&call.route, call.event.query(&query)).await
    }

    /// Reads a message.
    pub(crate) async fn message(&self, message: MessageKey) -> Result<Option<HttpResponse>> {
        let call = self.call_message(&format!("GET {MESSAGE}"), message, None)?;
        self.send(&call.route, call.event).await
    }

    /// Reads the application of a token.
    pub(crate) async fn application_by(&self, token: &str) -> Result<Option<HttpResponse>> {
        let call = call(&format!("GET {APPLICATION}"), &[("token", "self")], None).authorized_by(token);
        self.send(&call.route, call.event).await
    }

    /// Searches a chat.
    pub(crate) async fn search(&self, chat: ChatKey, text: &str) -> Result<Option<HttpResponse>> {
        let call = self.call_chat(&format!("GET {MESSAGES}/search"), chat, None)?;
        self.send(&call.route, call.event.query(&[("q", text)])).await
    }

    /// The reply of a 2xx, after the directory learned from it.
    fn learn(&self, request: &Request, body: &Value) -> Result<Reply> {
        let text = |name: &str| {
            let value = body.get(name).and_then(Value::as_str);
            value.map(str::to_owned).with_context(|| format!("a reply without {name}: {body}"))
        };
        let number = || {
            body.get("number")
                .and_then(Value::as_u64)
                .with_context(|| format!("a reply without number: {body}"))
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

    /// The outcome of a response that is no 2xx.
    async fn problem(&self, request: &Request, response: &HttpResponse) -> Result<Outcome> {
        let status = response.status;
        let code: Arc<str> = response.body.get("code").and_then(Value::as_str).unwrap_or_default().into();
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

    /// Asks the operator for the present token: a rotation whose reply was lost revoked the known one.
    async fn ask_for_token(&self, request: &Request) -> Result<()> {
        let Some(application) = application_of(request) else { return Ok(()) };
        let call = self.call_by_id("GET", application, None)?.authorized_by(ADMIN_KEY);
        let Some(response) = self.send(&call.route, call.event).await? else { return Ok(()) };
        if let Some(token) = response.body.get("token").and_then(Value::as_str) {
            let now = self.shared.region.context.now();
            self.shared.directory().set_token(application, token.to_owned(), now);
        }
        Ok(())
    }
}

fn call(route: &str, parameters: &[(&str, &str)], body: Option<&Value>) -> Call {
    let event = Event::new(route, parameters);
    let event = body.map_or(event.clone(), |body| event.json(body));
    Call { route: route.to_owned(), event }
}

fn application_of(request: &Request) -> Option<ApplicationKey> {
    match request {
        Request::CreateApplication { .. } => None,
        Request::RenameApplication { application, .. }
        | Request::DeleteApplication { application }
        | Request::RotateToken { application }
        | Request::CreateChat { application } => Some(*application),
        Request::DeleteChat { chat } | Request::CreateMessage { chat, .. } => Some(chat.application),
        Request::UpdateMessage { message, .. } | Request::DeleteMessage { message } => {
            Some(message.chat.application)
        }
    }
}
