mod row;
#[cfg(test)]
mod tests;
mod token_version;
mod tombstone;

use aws_outcome::without_retries;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnValue;
use aws_types::SdkConfig;
use conversation::ports::{
    ApplicationCursor, CountChats, CountOutcome, ReadApplications, RenameApplications, StoreError, WriteError,
};
use conversation::{Application, ApplicationId, Deltas, Name, Page, PageRequest, Timestamp};
use function_environment::{ConfigError, Environment};

use crate::conditional::{ConditionalUpdate, try_update_if};
use crate::count::{CountItem, Counted, versioned_ledger};
use crate::item::{get_item, string, time};
use crate::listing::Listing;
use row::{LISTING, created_key, key, parse};

pub(crate) use row::{IS_APPLICATION, is_application, row};

/// The index that lists all applications by the time of their creation.
const BY_CREATION: &str = "by-creation";

/// The table of applications.
#[derive(Debug, Clone)]
pub struct Applications {
    client: Client,
    /// For writes whose clients must know whether they may have happened.
    pub(crate) client_without_retries: Client,
    pub(crate) table: String,
}

impl Applications {
    /// # Errors
    /// `APPLICATIONS_TABLE` is missing.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        let table =
            environment.variables.required("APPLICATIONS_TABLE", "the name of the table of applications")?;
        Ok(Self::new(&environment.sdk, table))
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
    async fn application(&self, id: &ApplicationId) -> Result<Option<Application>, StoreError> {
        match get_item(&self.client, &self.table, key(id), true).await? {
            Some(item) => Ok(parse(item)?),
            None => Ok(None),
        }
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
        let after = page.after.as_ref().map(|after| string(created_key(after.created_at, &after.id)));
        listing.page(page, after, parse, |application| application.into()).await
    }
}

impl CountChats for Applications {
    async fn count(&self, application: &ApplicationId, deltas: &Deltas) -> Result<CountOutcome, StoreError> {
        if deltas.is_empty() {
            return Ok(CountOutcome::Applied);
        }
        let row = get_item(&self.client, &self.table, key(application), true).await?;
        let Some(row) = row.filter(is_application) else { return Ok(CountOutcome::ParentDeleted) };
        let count = CountItem {
            client: &self.client,
            table: &self.table,
            key: key(application),
            counted: Counted::Chats,
        };
        count.add(versioned_ledger(Some(&row))?, deltas).await
    }
}

impl RenameApplications for Applications {
    async fn rename(
        &self,
        application: &ApplicationId,
        name: &Name,
        at: Timestamp,
    ) -> Result<Option<Application>, WriteError> {
        let update = self
            .client_without_retries
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(application)))
            .update_expression("SET #name = :name, updated_at = :at")
            .condition_expression(IS_APPLICATION)
            .expression_attribute_names("#name", "name")
            .expression_attribute_values(":name", string(name.as_str()))
            .expression_attribute_values(":at", time(at))
            .return_values(ReturnValue::AllNew);
        match aws_outcome::write(|| try_update_if(update.clone())).await? {
            // Renamed, although its row cannot be read.
            ConditionalUpdate::Applied(item) => parse(item).map_err(WriteError::outcome_unknown),
            ConditionalUpdate::ConditionFailed(_) => Ok(None),
        }
    }
}
