//! Applications.

use std::cmp::Ordering;

use super::FakeTables;
use super::reads::page_of;
use super::rows::ApplicationRow;
use crate::ports::{
    ApplicationCursor, CreateApplications, DeleteApplications, DisableApplications, FindDeletedApplications,
    LastRotation, ReadApplications, ReadTokenVersions, RenameApplications, RenameOutcome, RotateTokens,
    RotationOutcome, StoreError, WriteError,
};
use crate::{
    Application, ApplicationId, Caller, Name, Page, PageRequest, TenantAccess, Timestamp, TokenVersion,
};

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
    async fn rename(&self, caller: &Caller, name: &Name, at: Timestamp) -> Result<RenameOutcome, WriteError> {
        self.faults.around_write(|| {
            let mut rows = self.rows();
            let Some(row) = rows.applications.get_mut(&caller.application).filter(|row| !row.deleted) else {
                return RenameOutcome::NotFound;
            };
            if caller.require_valid(row.application.token_version).is_err() {
                return RenameOutcome::TokenRevoked;
            }
            let Application { updated_at: newest, name: present, .. } = &mut row.application;
            if *newest != at || present != name {
                *newest = at.max(Timestamp::from_millis(newest.millis() + 1));
                *present = name.clone();
            }
            row.read().map_or(RenameOutcome::NotFound, RenameOutcome::Renamed)
        })
    }
}

impl ReadTokenVersions for FakeTables {
    async fn tenant_access(&self, application: &ApplicationId) -> Result<Option<TenantAccess>, StoreError> {
        self.faults.around(|| {
            let application = self.rows().applications.get(application).and_then(ApplicationRow::read)?;
            Some(application.access())
        })
    }
}

impl DisableApplications for FakeTables {
    async fn set_disabled(&self, application: &ApplicationId, is_disabled: bool) -> Result<bool, StoreError> {
        self.faults.around(|| {
            let mut rows = self.rows();
            let row = rows.applications.get_mut(application).filter(|row| !row.deleted);
            row.map(|row| row.application.is_disabled = is_disabled).is_some()
        })
    }
}

impl RotateTokens for FakeTables {
    async fn last_rotation(
        &self,
        application: &ApplicationId,
    ) -> Result<Option<(Application, Option<LastRotation>)>, StoreError> {
        self.faults.around(|| {
            let rows = self.rows();
            let row = rows.applications.get(application)?;
            Some((row.read()?, row.last_rotation.clone()))
        })
    }

    async fn rotate(
        &self,
        application: &ApplicationId,
        version: TokenVersion,
        rotation: &LastRotation,
    ) -> Result<RotationOutcome, WriteError> {
        self.faults.around_write(|| {
            let mut rows = self.rows();
            let Some(row) = rows.applications.get_mut(application).filter(|row| !row.deleted) else {
                return RotationOutcome::NotFound;
            };
            let is_own =
                row.last_rotation.as_ref().is_some_and(|last| last.request_id == rotation.request_id);
            match row.application.token_version.cmp(&version) {
                Ordering::Less => {}
                Ordering::Equal if is_own => return RotationOutcome::Rotated,
                Ordering::Equal | Ordering::Greater => return RotationOutcome::Superseded,
            }
            row.application.token_version = version;
            row.last_rotation = Some(rotation.clone());
            RotationOutcome::Rotated
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
}

impl FindDeletedApplications for FakeTables {
    async fn is_deleted(&self, application: &ApplicationId) -> Result<bool, StoreError> {
        self.faults.around(|| self.rows().applications.get(application).is_some_and(|row| row.deleted))
    }
}
