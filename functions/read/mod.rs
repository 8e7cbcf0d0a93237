//! Every `GET` of applications, chats and messages.

mod queries;

use conversation::ports::{ReadApplications, ReadChats, ReadCounters, ReadMessages};
use dynamodb_tables::{Applications, Chats, Counters, Messages};
use function_environment::{ConfigError, Environment};
use http_api::{
    AdminKeys, ApiError, ApiRequest, Code, Endpoint, Reply, application, application_token, chat, chat_id,
    message, message_id, page_request,
};

#[derive(Debug, Clone)]
pub struct Handler<Applications, Chats, Messages, Counters> {
    pub admin_keys: AdminKeys,
    pub applications: Applications,
    pub chats: Chats,
    pub messages: Messages,
    pub counters: Counters,
}

impl Handler<Applications, Chats, Messages, Counters> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            admin_keys: AdminKeys::from_variables(&environment.variables)?,
            applications: Applications::from_environment(environment)?,
            chats: Chats::from_environment(environment)?,
            messages: Messages::from_environment(environment)?,
            counters: Counters::from_environment(environment)?,
        })
    }
}

impl<Applications, Chats, Messages, Counters> Endpoint for Handler<Applications, Chats, Messages, Counters>
where
    Applications: ReadApplications,
    Chats: ReadChats,
    Messages: ReadMessages,
    Counters: ReadCounters,
{
    const NAME: &'static str = "read";

    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        let Self { admin_keys, applications, chats, messages, counters } = self;
        match request.route() {
            "/applications" => {
                admin_keys.check(&request)?;
                let page = page_request(&request)?;
                let found = queries::applications(&page, applications).await?;
                Ok(Reply::page(&found, &page, application, &[]))
            }
            "/applications/{token}" => {
                let found = queries::application(&application_token(&request)?, applications).await?;
                Ok(Reply::ok(&application(&found)))
            }
            "/applications/{token}/chats" => {
                let token = application_token(&request)?;
                let page = page_request(&request)?;
                let found = queries::chats(&token, &page, chats, counters).await?;
                Ok(Reply::page(&found, &page, chat, &[]))
            }
            "/applications/{token}/chats/{chat}" => {
                let found = queries::chat(&chat_id(&request)?, chats, counters).await?;
                Ok(Reply::ok(&chat(&found)))
            }
            "/applications/{token}/chats/{chat}/messages" => {
                let id = chat_id(&request)?;
                let page = page_request(&request)?;
                let found = queries::messages(&id, &page, messages, counters).await?;
                Ok(Reply::page(&found, &page, message, &[]))
            }
            "/applications/{token}/chats/{chat}/messages/{message}" => {
                let found = queries::message(&message_id(&request)?, messages, counters).await?;
                Ok(Reply::ok(&message(&found)))
            }
            // API Gateway sends no other route here.
            _ => Err(Code::InternalError.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::FakeTables;
    use conversation::fake::samples::{create_chat, create_message};
    use conversation::ports::{StoreChats, StoreMessages};
    use http_api::fixture::{Event, send};
    use serde_json::json;

    use super::*;

    type FakeHandler = Handler<FakeTables, FakeTables, FakeTables, FakeTables>;

    fn handler(tables: &FakeTables, admin_keys: AdminKeys) -> FakeHandler {
        Handler {
            admin_keys,
            applications: tables.clone(),
            chats: tables.clone(),
            messages: tables.clone(),
            counters: tables.clone(),
        }
    }

    #[tokio::test]
    async fn only_the_operator_lists_applications() {
        let (tables, token) = FakeTables::with_application();
        let handler = handler(&tables, AdminKeys::Sha256(vec![[7; 32]]));
        let refused = handler.respond(Event::new("GET /applications", &[]).into()).await.unwrap_err();
        assert_eq!(refused.problem.code, Code::AdminKeyRequired);
        let one = Event::new("GET /applications/{token}", &[("token", token.as_str())]);
        handler.respond(one.into()).await.unwrap();
    }

    #[tokio::test]
    async fn a_malformed_token_is_an_unknown_application() {
        let handler = handler(&FakeTables::default(), AdminKeys::Open);
        let request = Event::new("GET /applications/{token}", &[("token", "short")]);
        let problem = handler.respond(request.into()).await.unwrap_err().problem;
        assert_eq!(problem.code, Code::ApplicationNotFound);
    }

    #[tokio::test]
    async fn every_route_returns_its_representation() {
        let (tables, id) = FakeTables::with_chat();
        StoreChats::create(&tables, &create_chat(&id, 1, 3)).await.unwrap();
        StoreMessages::create(&tables, &create_message(&id, 1, 1, "hello")).await.unwrap();
        let token = id.application.as_str();
        let handler = handler(&tables, AdminKeys::Open);

        let at = "1970-01-01T00:00:00.001Z";
        let application = json!({ "token": token, "name": "Tea house", "chats_count": 0, "created_at": at, "updated_at": at });
        let at = "1970-01-01T00:00:00.003Z";
        let chat = json!({ "number": 1, "messages_count": 0, "created_at": at, "updated_at": at });
        let at = "1970-01-01T00:00:01.001Z";
        let message = json!({ "number": 1, "body": "hello", "created_at": at, "updated_at": at });
        let parameters = [("token", token), ("chat", "1"), ("message", "1")];
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
        let handler = handler(&tables, AdminKeys::Open);
        let route = "GET /applications/{token}/chats/{chat}/messages";
        let token = id.application.as_str();
        for (chat, limit, expected) in [
            ("x", "0", (404, "chat_not_found")),
            ("2", "0", (400, "malformed_parameter")),
            ("2", "1", (404, "chat_not_found")),
        ] {
            let event = Event::new(route, &[("token", token), ("chat", chat)]).query(&[("limit", limit)]);
            let (status, body) = send(&handler, event).await;
            assert_eq!((status, body["code"].as_str().unwrap()), expected, "{body}");
        }
    }
}
