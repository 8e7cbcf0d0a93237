//! Every `GET` but search: single applications, chats and messages, and pages of them.

mod handler;

use conversation::ports::ApplicationCursor;
use conversation::{ChatNumber, Failure, MessageNumber, Problem};
use dynamodb_tables::{Applications, Chats, Counters, Messages};
use function_environment::{ConfigError, Patience, Variables, sdk_config, start_log};
use http_api::{
    AdminKey, ApiRequest, OpaqueCursor, Reply, application, application_token, chat, chat_id, message,
    message_id, number_after, opaque_after, page_request, serve,
};

/// What reading needs.
struct Tables {
    admin: AdminKey,
    applications: Applications,
    chats: Chats,
    messages: Messages,
    counters: Counters,
}

impl Tables {
    fn from_variables(variables: &Variables) -> Result<Self, ConfigError> {
        let config = sdk_config(variables, Patience::Request)?;
        let table = |name, wanted| variables.required(name, wanted);
        Ok(Self {
            admin: AdminKey::from_variables(variables)?,
            applications: Applications::new(
                &config,
                table("APPLICATIONS_TABLE", "the name of the table of applications")?,
            ),
            chats: Chats::new(&config, table("CHATS_TABLE", "the name of the table of chats")?),
            messages: Messages::new(&config, table("MESSAGES_TABLE", "the name of the table of messages")?),
            counters: Counters::new(&config, table("COUNTERS_TABLE", "the name of the table of counters")?),
        })
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let variables = Variables::of_process();
    start_log(&variables);
    let tables = Tables::from_variables(&variables)?;
    let tables = &tables;
    serve("read", move |request| answer(request, tables)).await
}

/// Answers what the route asks for. API Gateway sends only these here.
async fn answer(request: ApiRequest, tables: &Tables) -> Result<Reply, Failure> {
    let get = |name: &str| request.query(name).map(str::to_owned);
    match request.route() {
        "/applications" => {
            tables.admin.check(&request)?;
            let page = page_request(get, opaque_after::<ApplicationCursor>)?;
            let found = handler::applications(&page, &tables.applications).await?;
            Ok(Reply::page(&found, &page, application, |last| ApplicationCursor::from(last).encode(), &[]))
        }
        "/applications/{token}" => {
            let token = application_token(&request)?;
            let found = handler::application(&token, &tables.applications).await?;
            Ok(Reply::ok(&application(&found)))
        }
        "/applications/{token}/chats" => {
            let token = application_token(&request)?;
            let page = page_request(get, number_after(ChatNumber::parse))?;
            let found = handler::chats(&token, &page, &tables.chats, &tables.counters).await?;
            Ok(Reply::page(&found, &page, chat, |last| last.number.to_string(), &[]))
        }
        "/applications/{token}/chats/{chat}" => {
            let found = handler::chat(&chat_id(&request)?, &tables.chats, &tables.counters).await?;
            Ok(Reply::ok(&chat(&found)))
        }
        "/applications/{token}/chats/{chat}/messages" => {
            let id = chat_id(&request)?;
            let page = page_request(get, number_after(MessageNumber::parse))?;
            let found = handler::messages(&id, &page, &tables.messages, &tables.counters).await?;
            Ok(Reply::page(&found, &page, message, |last| last.number.to_string(), &[]))
        }
        "/applications/{token}/chats/{chat}/messages/{message}" => {
            let found = handler::message(&message_id(&request)?, &tables.messages, &tables.counters).await?;
            Ok(Reply::ok(&message(&found)))
        }
        // A route of the template that this function does not know.
        _ => Err(Problem::Internal.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A `GET` of this route without path parameters and `Authorization`, as API Gateway sends it.
    fn request(route: &str) -> ApiRequest {
        let mut event: serde_json::Value =
            serde_json::from_str(include_str!("../../../bench/fixtures/api-event.json")).unwrap();
        event["httpMethod"] = "GET".into();
        event["requestContext"]["resourcePath"] = route.into();
        event["pathParameters"] = serde_json::Value::Null;
        for headers in ["headers", "multiValueHeaders"] {
            event[headers].as_object_mut().unwrap().remove("Authorization");
        }
        lambda_http::request::from_str(&event.to_string()).unwrap().into()
    }

    /// Tables that nobody answers for.
    fn tables(admin: AdminKey) -> Tables {
        let variables = [
            ("ADMIN_KEY_SHA256", "open"),
            ("APPLICATIONS_TABLE", "applications"),
            ("CHATS_TABLE", "chats"),
            ("MESSAGES_TABLE", "messages"),
            ("COUNTERS_TABLE", "counters"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ];
        Tables { admin, ..Tables::from_variables(&Variables::from_iter(variables)).unwrap() }
    }

    #[tokio::test]
    async fn the_list_of_applications_is_the_operator_s_and_nothing_else() {
        let tables = tables(AdminKey::Sha256([7; 32]));
        let refused = answer(request("/applications"), &tables).await;
        assert_eq!(refused.unwrap_err().problem, Problem::AdminKeyRequired);
        let without_a_token = answer(request("/applications/{token}"), &tables).await;
        assert_eq!(without_a_token.unwrap_err().problem, Problem::ApplicationNotFound);
    }
}
