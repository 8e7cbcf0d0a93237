use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Put, ReturnValue, TransactWriteItem};
use aws_types::SdkConfig;
use conversation::ports::{
    ApplicationCursor, CountChats, Counted, CreateApplications, ReadApplications, RenameApplications,
    SendError, StoreError,
};
use conversation::{Application, Effects, Name, Page, PageRequest, Timestamp, Token};
use function_environment::{Outcome, outcome};

use crate::conditional::{Met, meet};
use crate::count::{Count, Counting, tally};
use crate::counters::unused;
use crate::item::{
    Item, Malformed, get_item, get_readable, get_time, number, parsed, string, take_string, time,
};
use crate::listing::Listing;

/// The index that lists all applications by the time of their creation.
const BY_CREATION: &str = "by-creation";
/// The one partition of that index.
const ALL: &str = "applications";

/// What creating an application writes: its row and the counter of its chats, in one transaction.
#[derive(Debug, Clone)]
pub struct NewApplications {
    client: Client,
    applications: String,
    counters: String,
}

impl NewApplications {
    #[must_use]
    pub fn new(config: &SdkConfig, applications: &str, counters: &str) -> Self {
        // One attempt: its error tells whether the transaction may have happened, that of a second would not.
        let once =
            aws_sdk_dynamodb::config::Builder::from(config).retry_config(RetryConfig::disabled()).build();
        Self {
            client: Client::from_conf(once),
            applications: applications.to_owned(),
            counters: counters.to_owned(),
        }
    }
}

impl CreateApplications for NewApplications {
    async fn create(&self, application: &Application) -> Result<(), SendError> {
        let put = |table: &str, key: &str, item: Item| {
            let put = Put::builder()
                .table_name(table)
                .set_item(Some(item))
                .condition_expression("attribute_not_exists(#key)")
                .expression_attribute_names("#key", key)
                .build();
            put.map(|put| TransactWriteItem::builder().put(put).build())
                .map_err(|error| SendError::NotSent(error.into()))
        };
        let answer = self
            .client
            .transact_write_items()
            .transact_items(put(&self.applications, "token", item(application))?)
            .transact_items(put(&self.counters, "id", unused(application.token.as_str()))?)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) if is_there_already(&error) => Ok(()),
            Err(error) => Err(match outcome(&error) {
                Outcome::Unknown => SendError::Unknown(error.into()),
                Outcome::Refused | Outcome::NotReached => SendError::NotSent(error.into()),
            }),
        }
    }
}

/// Whether an item is there: an earlier attempt under the same token made both, in one transaction.
fn is_there_already(error: &SdkError<TransactWriteItemsError>) -> bool {
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.as_service_error()
    else {
        return false;
    };
    let reasons = canceled.cancellation_reasons();
    reasons.iter().any(|reason| reason.code() == Some("ConditionalCheckFailed"))
}

/// The sort key of the index. Thirteen digits reach the year 2286.
fn created_key(created_at: Timestamp, token: &Token) -> String {
    format!("{:013}#{}", created_at.millis(), token.as_str())
}

fn item(application: &Application) -> Item {
    [
        ("token", string(application.token.as_str())),
        ("name", string(application.name.as_str())),
        ("chats_count", number(application.chats_count)),
        ("created_at", time(application.created_at)),
        ("updated_at", time(application.updated_at)),
        ("listing", string(ALL)),
        ("created_key", string(created_key(application.created_at, &application.token))),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn key(token: &Token) -> Item {
    [("token".to_owned(), string(token.as_str()))].into()
}

fn parse(mut item: Item) -> Result<Application, Malformed> {
    Ok(Application {
        token: parsed(Token::parse(&take_string(&mut item, "token")?), "token")?,
        name: parsed(Name::parse(&take_string(&mut item, "name")?), "name")?,
        chats_count: get_readable(&item, "chats_count")?,
        created_at: get_time(&item, "created_at")?,
        updated_at: get_time(&item, "updated_at")?,
    })
}

/// The table of applications.
#[derive(Debug, Clone)]
pub struct Applications {
    client: Client,
    table: String,
}

impl Applications {
    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self { client: Client::new(config), table: table.to_owned() }
    }
}

impl ReadApplications for Applications {
    async fn application(&self, token: &Token) -> Result<Option<Application>, StoreError> {
        Ok(get_item(&self.client, &self.table, key(token), true).await?.map(parse).transpose()?)
    }

    async fn applications(
        &self,
        page: &PageRequest<ApplicationCursor>,
    ) -> Result<Page<Application, ApplicationCursor>, StoreError> {
        let listing = Listing {
            client: &self.client,
            table: &self.table,
            index: Some(BY_CREATION),
            partition: ("listing", ALL),
            sort: "created_key",
        };
        let after = page.after.as_ref().map(|after| string(created_key(after.created_at, &after.token)));
        listing.page(page, after, |item| parse(item).map(Some), |application| application.into()).await
    }
}

impl CountChats for Applications {
    async fn count(&self, application: &Token, effects: &Effects) -> Result<(), StoreError> {
        if effects.is_empty() {
            return Ok(());
        }
        let item = get_item(&self.client, &self.table, key(application), true).await?;
        let counting =
            Counting { client: &self.client, table: &self.table, key: key(application), count: Count::Chats };
        match counting.bring_in(tally(item.as_ref())?, effects).await? {
            Counted::In => {}
            Counted::Gone => {
                tracing::error!(target: "chatlog", table = self.table, "there is no application to count in");
            }
        }
        Ok(())
    }
}

impl RenameApplications for Applications {
    async fn rename(
        &self,
        application: &Token,
        name: &Name,
        at: Timestamp,
    ) -> Result<Option<Application>, StoreError> {
        let update = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(application)))
            .update_expression("SET #name = :name, updated_at = :at")
            .condition_expression("attribute_exists(created_key)")
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":name", string(name.as_str()))
            .expression_attribute_values(":at", time(at))
            .return_values(ReturnValue::AllNew);
        match meet(update).await? {
            Met::Made(item) => Ok(Some(parse(item)?)),
            Met::Refused(_) => Ok(None),
        }
    }
}
