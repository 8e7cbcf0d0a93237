use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Put, TransactWriteItem};
use aws_types::SdkConfig;
use conversation::ports::{CreateApplications, DeleteApplications, StoreError, WriteError};
use conversation::{Application, ApplicationId};
use function_environment::{ConfigError, Environment};

use crate::applications::{Applications, row};
use crate::counters::{Counters, new_counter};
use crate::item::Item;

/// Creates and deletes applications: the row with the counter of its chats.
#[derive(Debug, Clone)]
pub struct ApplicationsWithCounters {
    applications: Applications,
    counters: Counters,
}

impl ApplicationsWithCounters {
    /// # Errors
    /// `APPLICATIONS_TABLE` or `COUNTERS_TABLE` is missing.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self {
            applications: Applications::from_environment(environment)?,
            counters: Counters::from_environment(environment)?,
        })
    }

    #[must_use]
    pub fn new(config: &SdkConfig, applications: &str, counters: &str) -> Self {
        Self {
            applications: Applications::new(config, applications),
            counters: Counters::new(config, counters),
        }
    }
}

impl CreateApplications for ApplicationsWithCounters {
    async fn create(&self, application: &Application) -> Result<(), WriteError> {
        let counter = new_counter(application.id.as_str());
        let put_row = put_new(&self.applications.table, row(application));
        let put_counter = put_new(&self.counters.table, counter);
        let transaction = self
            .applications
            .client_without_retries
            .transact_write_items()
            .transact_items(put_row.map_err(WriteError::not_written)?)
            .transact_items(put_counter.map_err(WriteError::not_written)?);
        aws_outcome::write(|| async {
            match transaction.clone().send().await {
                Err(error) if !exists(&error) => Err(error),
                _ => Ok(()),
            }
        })
        .await
    }
}

impl DeleteApplications for ApplicationsWithCounters {
    /// First closes the counter, so that no number is allocated in an application that cannot be read. If it fails in
    /// between, a repetition does the rest. An application that never existed leaves no item.
    async fn delete(&self, application: &ApplicationId) -> Result<(), StoreError> {
        // No transaction: it would conflict with the allocations of a busy application.
        self.counters.close_application(application).await?;
        self.applications.bury(application).await
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
