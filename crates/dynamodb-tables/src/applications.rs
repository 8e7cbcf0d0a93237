mod row;
#[cfg(test)]
mod tests;

use aws_sdk_dynamodb::Client;
use aws_types::SdkConfig;
use conversation::ports::{ApplicationCursor, CountChats, CountOutcome, ReadApplications, StoreError};
use conversation::{Application, Deltas, Page, PageRequest, Token};
use function_environment::{ConfigError, Environment};

use crate::count::{CountItem, CountKind, versioned_ledger};
use crate::item::{get_item, string};
use crate::listing::Listing;
use row::{LISTING, created_key};

pub(crate) use row::{key, parse, row};

/// The index that lists all applications by the time of their creation.
const BY_CREATION: &str = "by-creation";

pub(crate) fn table_name(environment: &Environment) -> Result<&str, ConfigError> {
    environment.variables.required("APPLICATIONS_TABLE", "the name of the table of applications")
}

/// The table of applications.
#[derive(Debug, Clone)]
pub struct Applications {
    client: Client,
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
            kind: CountKind::Chats,
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
