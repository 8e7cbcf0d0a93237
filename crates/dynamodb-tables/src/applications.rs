mod row;
#[cfg(test)]
mod tests;

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_types::SdkConfig;
use conversation::ports::{ApplicationCursor, CountChats, CountOutcome, ReadApplications, StoreError};
use conversation::{Application, ApplicationId, Deltas, Page, PageRequest};
use function_environment::{ConfigError, Environment};

use crate::batch_get::batch_get;
use crate::count::{CountItem, CountKind, versioned_ledger};
use crate::item::{Item, get_item, string};
use crate::listing::{Entry, Listing};
use row::{LISTING, created_key, position};

pub(crate) use row::{
    DISABLED, IS_APPLICATION, NEWEST_FORM, get_access, get_token_version, is_application, key, parse, row,
};

/// The index that lists the keys of all applications by the time of their creation.
const BY_CREATION: &str = "by-creation-time";

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
    async fn application(&self, id: &ApplicationId) -> Result<Option<Application>, StoreError> {
        Ok(get_item(&self.client, &self.table, key(id), true).await?.map(parse).transpose()?.flatten())
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
        let listed = listing.page(page, after, |row| Ok(Entry::Shown(position(&row)?)), position).await?;
        let keys: Vec<Item> = listed.items.iter().map(|listed| key(&listed.id)).collect();
        let rows = batch_get(&self.client, &self.table, &keys).await?;
        let read = rows.into_iter().filter_map(|row| parse(row).transpose());
        let mut read: HashMap<ApplicationId, Application> = read
            .map(|application| application.map(|application| (application.id.clone(), application)))
            .collect::<Result<_, _>>()?;
        // The index may still list an application that was deleted.
        let items = listed.items.iter().filter_map(|listed| read.remove(&listed.id)).collect();
        Ok(Page { items, next: listed.next })
    }
}

impl CountChats for Applications {
    async fn count(&self, application: &ApplicationId, deltas: &Deltas) -> Result<CountOutcome, StoreError> {
        if deltas.is_empty() {
            return Ok(CountOutcome::Applied);
        }
        let row = get_item(&self.client, &self.table, key(application), true).await?.unwrap_or_default();
        if let Some(refusal) = CountKind::Chats.refusal(&row) {
            return Ok(refusal);
        }
        let count = CountItem {
            client: &self.client,
            table: &self.table,
            key: key(application),
            kind: CountKind::Chats,
        };
        count.add(versioned_ledger(Some(&row), NEWEST_FORM)?, deltas).await
    }
}
