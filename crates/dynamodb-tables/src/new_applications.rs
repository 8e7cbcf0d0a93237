use aws_outcome::without_retries;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use aws_types::SdkConfig;
use conversation::Application;
use conversation::ports::{CreateApplications, WriteError};
use function_environment::{ConfigError, Environment};

use crate::applications::{row, table_name};
use crate::counters;
use crate::item::Item;

/// Creates applications: the row and the counter of its chats, in one transaction.
#[derive(Debug, Clone)]
pub struct NewApplications {
    client: Client,
    applications: String,
    counters: String,
}

impl NewApplications {
    /// # Errors
    /// `APPLICATIONS_TABLE` or `COUNTERS_TABLE` is missing.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self::new(&environment.sdk, table_name(environment)?, counters::table_name(environment)?))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, applications: &str, counters: &str) -> Self {
        Self {
            client: Client::new(&without_retries(config)),
            applications: applications.to_owned(),
            counters: counters.to_owned(),
        }
    }
}

impl CreateApplications for NewApplications {
    async fn create(&self, application: &Application) -> Result<(), WriteError> {
        let counter = counters::new_counter(application.id.as_str());
        let put_row = put_new(&self.applications, row(application));
        let put_counter = put_new(&self.counters, counter);
        let transaction = self
            .client
            .transact_write_items()
            .transact_items(put_row.map_err(WriteError::not_written)?)
            .transact_items(put_counter.map_err(WriteError::not_written)?);
        aws_outcome::write_with_retry(|| async {
            match transaction.clone().send().await {
                Err(error) if !exists(&error) => Err(error),
                _ => Ok(()),
            }
        })
        .await
    }
}

/// Puts an item, unless there is one with the same id.
fn put_new(table: &str, item: Item) -> Result<TransactWriteItem, BuildError> {
    let put = Put::builder()
        .table_name(table)
        .set_item(Some(item))
        .condition_expression("attribute_not_exists(id)")
        .build()?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// Whether an item exists: an earlier attempt with the same id created both, in one transaction.
fn exists(error: &SdkError<TransactWriteItemsError>) -> bool {
    let Some(TransactWriteItemsError::TransactionCanceledException(canceled)) = error.as_service_error()
    else {
        return false;
    };
    let reasons = canceled.cancellation_reasons();
    reasons.iter().any(|reason| reason.code() == Some("ConditionalCheckFailed"))
}
