//! Every `GET` of applications, chats and messages.

mod queries;

use conversation::ports::{
    FindLaterMessages, ReadApplications, ReadChats, ReadCounters, ReadMessages, ReadTokenVersions,
};
use conversation::{Timestamp, while_authorizing};
use dynamodb_tables::{Applications, Chats, Counters, Messages, TokenVersions};
use function_environment::{ConfigError, Environment};
use http_api::{
    Access, ApiError, ApiRequest, Code, Endpoint, Reply, application, chat, chat_id, message, message_id,
    page_request,
};

use crate::access;

#[derive(Debug)]
pub struct Handler<Versions, Applications, Chats, Messages, Counters> {
    pub access: Access<Versions>,
    pub applications: Applications,
    pub chats: Chats,
    pub messages: Messages,
    pub counters: Counters,
}

impl Handler<TokenVersions, Applications, Chats, Messages, Counters> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            access: access::from_environment(environment)?,
            applications: Applications::from_environment(environment)?,
            chats: Chats::from_environment(environment)?,
            messages: Messages::from_environment(environment)?,
            counters: Counters::from_environment(environment)?,
        })
    }
}

impl<Versions, Applications, Chats, Messages, Counters> Endpoint
    for Handler<Versions, Applications, Chats, Messages, Counters>
where
    Versions: ReadTokenVersions,
    Applications: ReadApplications,
    Chats: ReadChats,
    Messages: ReadMessages + FindLaterMessages,
    Counters: ReadCounters,
{
    const NAME: &'static str = "read";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        let Self { access, applications, chats, messages, counters } = self;
        let keys = &access.authenticator.signing_keys;
        if request.route() == "/applications" {
            access.authenticator.admin_keys.check(&request)?;
            let page = page_request(&request)?;
            let found = queries::applications(&page, applications).await?;
            return Ok(Reply::page(&found, &page, |found| application(found, keys), &[]));
        }
        let caller = access.tenant(&request)?;
        let id = caller.application();
        match request.route() {
            "/applications/{token}" => {
                let found = queries::application(id, applications).await?;
                // The response contains the current token. A revoked one must not obtain it.
                caller.require_access(found.access())?;
                Ok(Reply::ok(&application(&found, keys)))
            }
            "/applications/{token}/chats" => {
                let page = page_request(&request)?;
                let found =
                    while_authorizing(caller.authorize(), queries::chats(id, &page, chats, counters)).await?;
                Ok(Reply::page(&found, &page, chat, &[]))
            }
            "/applications/{token}/chats/{chat}" => {
                let id = chat_id(id, &request)?;
                let found =
                    while_authorizing(caller.authorize(), queries::chat(&id, chats, counters)).await?;
                Ok(Reply::ok(&chat(&found)))
            }
            "/applications/{token}/chats/{chat}/messages" => {
                let id = chat_id(id, &request)?;
                let page = page_request(&request)?;
                let found = queries::messages(&id, &page, Timestamp::now(), messages, counters);
                let found = while_authorizing(caller.authorize(), found).await?;
                Ok(Reply::page(&found, &page, message, &[]))
            }
            "/applications/{token}/chats/{chat}/messages/{message}" => {
                let id = message_id(id, &request)?;
                let found = queries::message(&id, Timestamp::now(), messages, counters);
                let found = while_authorizing(caller.authorize(), found).await?;
                Ok(Reply::ok(&message(&found)))
            }
            // API Gateway sends no other route here.
            _ => Err(Code::InternalError.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use conversation::TokenVersion;
    use conversation::fake::FakeTables;
    use conversation::fake::samples::{create_chat, create_message};
    use conversation::ports::{DisableApplications, StoreChats, StoreMessages};
    use http_api::fixture::{CLOSED, Event, authenticator, send, token};
    use serde_json::json;

    use super::*;

    /// Of the admin key `swordfish`.
    const ADMIN_KEY_SHA256: &str = "b9f195c5cc7ef6afadbfbc42892ad47d3b24c6bc94bb510c4564a90a14e8b799";

    type FakeHandler = Handler<FakeTables, FakeTables, FakeTables, FakeTables, FakeTables>;

    fn handler(tables: &FakeTables, admin_keys: &str) -> FakeHandler {
        Handler {
            access: Access::new(authenticator(admin_keys), tables.clone()),
            applications: tables.clone(),
            chats: tables.clone(),
            messages: tables.clone(),
            counters: tables.clone(),
        }
    }

    #[tokio::test]
    async fn only_the_operator_lists_applications() {
        let (tables, id) = FakeTables::with_application();
        let handler = handler(&tables, CLOSED);
        let refused = handler.respond(Event::new("GET /applications", &[]).into()).await.unwrap_err();
        assert_eq!(refused.problem.code, Code::AdminKeyRequired);
        let one = Event::new("GET /applications/{token}", &[("token", &token(&id, 1))]);
        handler.respond(one.into()).await.unwrap();
    }

    #[tokio::test]
    async fn a_malformed_token_is_an_unknown_application() {
        let handler = handler(&FakeTables::default(), "open");
        let request = Event::new("GET /applications/{token}", &[("token", "short")]);
        let problem = handler.respond(request.into()).await.unwrap_err().problem;
        assert_eq!(problem.code, Code::ApplicationNotFound);
    }

    #[tokio::test]
    async fn every_route_returns_its_representation() {
        let (tables, id) = FakeTables::with_chat();
        StoreChats::create(&tables, &create_chat(&id, 1, 3)).await.unwrap();
        StoreMessages::create(&tables, &create_message(&id, 1, 1, "hello")).await.unwrap();
        let token = token(&id.application, 1);
        let handler = handler(&tables, "open");

        let at = "1970-01-01T00:00:00.001Z";
        let application = json!({ "id": id.application.as_str(), "token": token, "name": "Tea house", "chats_count": 0, "created_at": at, "updated_at": at });
        let at = "1970-01-01T00:00:00.003Z";
        let chat = json!({ "number": 1, "messages_count": 0, "created_at": at, "updated_at": at });
        let at = "1970-01-01T00:00:01.001Z";
        let message = json!({ "number": 1, "body": "hello", "created_at": at, "updated_at": at });
        let parameters = [("token", token.as_str()), ("chat", "1"), ("message", "1")];
        for (route, parameters, expected) in [
            ("GET /applications", &[][..], json!([application])),
            ("GET /applications/{token}", &parameters[..1], application),
            ("GET /applications/{token}/chats", &parameters[..1], json!([chat])),
            ("GET /applications/{token}/chats/{chat}", &parameters[..2], chat),
            ("GET /applications/{token}/chats/{chat}/messages", &parameters[..2], json!([message])),
            ("GET /applications/{token}/chats/{chat}/messages/{message}", &parameters, message),
        ] {
            assert_eq!(send(&handler, Event::new(route, parameters)).await, (200, expected), "{route}");
        }
    }

    #[tokio::test]
    async fn the_path_is_checked_before_the_page_and_both_before_the_table() {
        let (tables, id) = FakeTables::with_chat();
        let handler = handler(&tables, "open");
        let route = "GET /applications/{token}/chats/{chat}/messages";
        let token = token(&id.application, 1);
        for (chat, limit, expected) in [
            ("x", "0", (404, "chat_not_found")),
            ("2", "0", (400, "malformed_parameter")),
            ("2", "1", (404, "chat_not_found")),
        ] {
            let event = Event::new(route, &[("token", &token), ("chat", chat)]).query(&[("limit", limit)]);
            let (status, body) = send(&handler, event).await;
            assert_eq!((status, body["code"].as_str().unwrap()), expected, "{body}");
        }
    }

    #[tokio::test]
    async fn a_revoked_token_reads_nothing() {
        let (tables, id) = FakeTables::with_chat();
        tables.set_token_version(&id.application, TokenVersion::new(2));
        let (old, new) = (token(&id.application, 1), token(&id.application, 2));
        for route in [
            "GET /applications/{token}",
            "GET /applications/{token}/chats",
            "GET /applications/{token}/chats/{chat}",
            "GET /applications/{token}/chats/{chat}/messages",
            "GET /applications/{token}/chats/{chat}/messages/{message}",
        ] {
            let handler = handler(&tables, "open");
            let event = |token: &str| Event::new(route, &[("token", token), ("chat", "1"), ("message", "1")]);
            for cache in ["cold", "warm"] {
                let (status, body) = send(&handler, event(&old)).await;
                assert_eq!(
                    (status, body["code"].as_str().unwrap()),
                    (401, "token_revoked"),
                    "{route} {cache}"
                );
            }
            let by_id = send(&handler, event(id.application.as_str())).await;
            assert_eq!((by_id.0, by_id.1["code"].as_str().unwrap()), (401, "admin_key_required"), "{route}");
            assert_ne!(send(&handler, event(&new)).await.0, 401, "{route}");
        }
    }

    #[tokio::test]
    async fn a_disabled_application_is_read_by_the_operator_alone() {
        let (tables, id) = FakeTables::with_chat();
        assert!(tables.set_disabled(&id.application, true).await.unwrap());
        for route in [
            "GET /applications/{token}",
            "GET /applications/{token}/chats",
            "GET /applications/{token}/chats/{chat}/messages",
        ] {
            let handler = handler(&tables, ADMIN_KEY_SHA256);
            let event = |token: &str| Event::new(route, &[("token", token), ("chat", "1")]);
            for cache in ["cold", "warm"] {
                let (status, body) = send(&handler, event(&token(&id.application, 1))).await;
                let refused = (status, body["code"].as_str().unwrap());
                assert_eq!(refused, (403, "application_disabled"), "{route} {cache}");
            }
            let operator = event(id.application.as_str()).header("Authorization", "Bearer swordfish");
            assert_eq!(send(&handler, operator).await.0, 200, "{route}");
        }
    }

    #[tokio::test]
    async fn a_revoked_token_does_not_reveal_its_successor() {
        let (tables, id) = FakeTables::with_application();
        let handler = handler(&tables, "open");
        let get = |route: &str| Event::new(route, &[("token", &token(&id, 1))]);
        assert_eq!(send(&handler, get("GET /applications/{token}/chats")).await.0, 200);
        tables.set_token_version(&id, TokenVersion::new(2));
        let chats = send(&handler, get("GET /applications/{token}/chats")).await;
        assert_eq!(chats.0, 200, "the process remembers version 1");
        let (status, body) = send(&handler, get("GET /applications/{token}")).await;
        assert_eq!((status, body["code"].as_str().unwrap()), (401, "token_revoked"));
        assert!(!body.to_string().contains(&token(&id, 2)), "{body}");
    }
}
