use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use tokio::time;

use super::api_request::ApiRequest;
use super::clients::Clients;
use crate::gateway::HttpResponse;
use crate::history::{ChatKey, ClientKey, MessageKey, Operation, Outcome, Request};

/// A client, which sends one request at a time.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(super) shared: Clients,
    pub(super) key: ClientKey,
    /// How long it waits for a response.
    pub(super) timeout: Duration,
}

impl Client {
    /// Sends a write, records it, and learns from the reply.
    ///
    /// # Errors
    /// The simulation cannot run it: a route or an application is unknown.
    pub(crate) async fn attempt(
        &self,
        request: &Request,
        idempotency_key: Option<&Arc<str>>,
    ) -> Result<Outcome> {
        let context = &self.shared.region.context;
        let mut api_request = self.write_request(request)?;
        if let Some(key) = idempotency_key {
            api_request = api_request.header("Idempotency-Key", key);
        }
        let start = context.now();
        let response = self.send(api_request).await?;
        let outcome = self.outcome(request, response).await?;
        let operation = Operation {
            client: self.key,
            start,
            end: context.now(),
            idempotency_key: idempotency_key.cloned(),
            request: request.clone(),
            outcome: outcome.clone(),
        };
        context.trace(format_args!("{operation}"));
        self.shared.history().operations.push(operation);
        Ok(outcome)
    }

    /// Reads messages of a chat in ascending order, at most `limit`. `after` is 0 for the start of the chat.
    pub(super) async fn messages_after(
        &self,
        chat: ChatKey,
        after: u64,
        limit: u8,
    ) -> Result<Option<HttpResponse>> {
        self.send(self.messages_request(chat, after, limit)?).await
    }

    /// Reads a message.
    pub(super) async fn message(&self, message: MessageKey) -> Result<Option<HttpResponse>> {
        self.send(self.message_request(message)?).await
    }

    /// Searches a chat.
    pub(super) async fn search(&self, chat: ChatKey, text: &str) -> Result<Option<HttpResponse>> {
        self.send(self.search_request(chat, text)?).await
    }

    /// Reads the application of a token.
    pub(super) async fn application_by(&self, token: &str) -> Result<Option<HttpResponse>> {
        self.send(ApiRequest::own_application(token)).await
    }

    /// Sends a request of any kind. `None` if no response comes in time.
    pub(super) async fn send(&self, request: ApiRequest) -> Result<Option<HttpResponse>> {
        let sent = self.shared.region.gateway.send(&request.route, request.event);
        time::timeout(self.timeout, sent).await.unwrap_or(Ok(None))
    }
}
