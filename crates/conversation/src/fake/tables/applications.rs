//! Applications.

use std::cmp::Ordering;

use super::FakeTables;
use super::reads::page_of;
use super::rows::ApplicationRow;
use crate::ports::{
    ApplicationCursor, CreateApplications, DeleteApplications, ReadApplications, ReadTokenVersions,
    RenameApplications, Renaming, RotateTokens, Rotation, StoreError, TokenIssue, WriteError,
};
use crate::{Application, ApplicationId, Caller, Name, Page, PageRequest, Timestamp, TokenVersion};

impl CreateApplications for FakeTables {
    async fn create(&self, application: &Application) -> Result<(), WriteError> {
        self.faults.around_write(|| self.insert(application))
    }
}

impl ReadApplications for FakeTables {
    async fn application(&self, id: &ApplicationId) -> Result<Option<Application>, StoreError> {
        self.faults.around(|| self.rows().applications.get(id).and_then(ApplicationRow::read))
    }

    async fn applications(
        &self,
        page: &PageRequest<ApplicationCursor>,
    ) -> Result<Page<Application, ApplicationCursor>, StoreError> {
        self.faults.around(|| {
            let mut all: Vec<Application> =
                self.rows().applications.values().filter_map(ApplicationRow::read).collect();
            let key = |application: &Application| (application.created_at, application.id.clone());
            all.sort_by_key(key);
            let after = page.after.clone().map(|cursor| (cursor.created_at, cursor.id));
            let Page { items, next } =
                page_of(all, &PageRequest { limit: page.limit, order: page.order, after }, key);
            Page { items, next: next.map(|(created_at, id)| ApplicationCursor { created_at, id }) }
        })
    }
}

impl RenameApplications for FakeTables {
    async fn rename(&self, caller: &Caller, name: &Name, at: Timestamp) -> Result<Renaming, WriteError> {
        self.faults.around_write(|| {
            let mut rows = self.rows();
            let Some(row) = rows.applications.get_mut(&caller.application).filter(|row| !row.deleted) else {
                return Renaming::NotFound;
            };
            if caller.check(row.application.token_version).is_err() {
                return Renaming::TokenRevoked;
            }
            row.application.name = name.clone();
            row.application.updated_at = at;
            row.read().map_or(Renaming::NotFound, Renaming::Renamed)
        })
    }
}

impl ReadTokenVersions for FakeTables {
    async fn token_version(&self, application: &ApplicationId) -> Result<Option<TokenVersion>, StoreError> {
        self.faults.around(|| {
            let application = self.rows().applications.get(application).and_then(ApplicationRow::read)?;
            Some(application.token_version)
        })
    }
}

impl RotateTokens for FakeTables {
    async fn latest_issue(
        &self,
        application: &ApplicationId,
    ) -> Result<Option<(Application, Option<TokenIssue>)>, StoreError> {
        self.faults.around(|| {
            let rows = self.rows();
            let row = rows.applications.get(application)?;
            Some((row.read()?, row.issue.clone()))
        })
    }

    async fn rotate(
        &self,
        application: &ApplicationId,
        version: TokenVersion,
        issue: &TokenIssue,
    ) -> Result<Rotation, WriteError> {
        self.faults.around_write(|| {
            let mut rows = self.rows();
            let Some(row) = rows.applications.get_mut(application).filter(|row| !row.deleted) else {
                return Rotation::NotFound;
            };
            let is_own = row.issue.as_ref().is_some_and(|present| present.request == issue.request);
            match row.application.token_version.cmp(&version) {
                Ordering::Less => {}
                Ordering::Equal if is_own => return Rotation::Rotated,
                Ordering::Equal | Ordering::Greater => return Rotation::Superseded,
            }
            row.application.token_version = version;
            row.issue = Some(issue.clone());
            Rotation::Rotated
        })
    }
}

impl DeleteApplications for FakeTables {
    async fn delete(&self, application: &ApplicationId) -> Result<(), StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            if let Some(row) = rows.applications.get_mut(application) {
                row.deleted = true;
            }
            if let Some(counter) = rows.chat_counters.get_mut(application) {
                counter.closed = true;
            }
        })
    }

    async fn is_deleted(&self, application: &ApplicationId) -> Result<bool, StoreError> {
        self.faults.around(|| self.rows().applications.get(application).is_some_and(|row| row.deleted))
    }
}
