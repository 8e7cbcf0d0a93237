mod row;
#[cfg(test)]
mod tests;

use aws_outcome::without_retries;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnValue;
use aws_types::SdkConfig;
use conversation::ports::{
    ApplicationCursor, CountChats, CountOutcome, ReadApplications, RenameApplications, StoreError, WriteError,
};
use conversation::{Application, Deltas, Name, Page, PageRequest, Timestamp, Token};
use function_environment::{ConfigError, Environment};

use crate::conditional::{ConditionalUpdate, try_update_if};
use crate::count::{CountItem, Counted, versioned_ledger};
use crate::item::{get_item, string, time};
use crate::listing::Listing;
use row::{LISTING, created_key, key, parse};

pub(crate) use row::row;

/// The index that lists all applications by the time of their creation.
const BY_CREATION: &str = "by-creation";

pub(crate) fn table_name(environment: &Environment) -> Result<&str, ConfigError> {
    environment.variables.required("APPLICATIONS_TABLE", "the name of the table of applications")
}

/// The table of applications.
#[derive(Debug, Clone)]
pub struct Applications {
    client: Client,
    /// For writes whose clients must know whether they may have happened.
    client_without_retries: Client,
    table: String,
}

impl Applications {
    /// # Errors
    /// `APPLICATIONS_TABLE` is missing.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        Ok(Self::new(&environment.sdk, table_name(environment)?))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, table: &str) -> Self {
        Self {
            client: Client::new(config),
            client_without_retries: Client::new(&without_retries(config)),
            table: table.to_owned(),
        }
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
            partition: ("listing", LISTING),
            sort: "created_key",
        };
        let after = page.after.as_ref().map(|after| string(created_key(after.created_at, &after.token)));
        listing.page(page, after, |item| parse(item).map(Some), |application| application.into()).await
    }
}

impl CountChats for Applications {
    async fn count(&self, application: &Token, deltas: &Deltas) -> Result<(), StoreError> {
        if deltas.is_empty() {
            return Ok(());
        }
        let item = get_item(&self.client, &self.table, key(application), true).await?;
        let count = CountItem {
            client: &self.client,
            table: &self.table,
            key: key(application),
            counted: Counted::Chats,
        };
        match count.add(versioned_ledger(item.as_ref())?, deltas).await? {
            CountOutcome::Applied => {}
            CountOutcome::ParentDeleted => {
                tracing::error!(target: "chatlog", "could not count chats: their application has no row");
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
    ) -> Result<Option<Application>, WriteError> {
        let update = self
            .client_without_retries
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(application)))
            .update_expression("SET #name = :name, updated_at = :at")
            .condition_expression("attribute_exists(created_key)")
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":name", string(name.as_str()))
            .expression_attribute_values(":at", time(at))
            .return_values(ReturnValue::AllNew);
        match aws_outcome::write(|| try_update_if(update.clone())).await? {
            // Renamed, although its row cannot be read.
            ConditionalUpdate::Applied(item) => parse(item).map(Some).map_err(WriteError::outcome_unknown),
            ConditionalUpdate::ConditionFailed(_) => Ok(None),
        }
    }
}
