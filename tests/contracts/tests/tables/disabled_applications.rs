use contracts::contract_tests;
use conversation::fake::FakeTables;
use conversation::fake::samples::{application, application_id};
use conversation::ports::{
    CreateApplications, DeleteApplications, DisableApplications, ReadApplications, ReadTokenVersions,
};
use conversation::{Application, TenantAccess, TokenVersion};

use crate::{applications, deleted_applications, disabled_applications, new_applications, token_versions};

contract_tests! {
    fake: fake(),
    dynamodb: (new_applications(), deleted_applications(), applications(), token_versions(), disabled_applications());
    [an_application_is_disabled_and_enabled_again, what_does_not_exist_is_not_disabled]
}

fn fake() -> (FakeTables, FakeTables, FakeTables, FakeTables, FakeTables) {
    let fake = FakeTables::default();
    (fake.clone(), fake.clone(), fake.clone(), fake.clone(), fake)
}

async fn an_application_is_disabled_and_enabled_again(
    (new, _, applications, versions, disabled): (
        impl CreateApplications,
        impl DeleteApplications,
        impl ReadApplications,
        impl ReadTokenVersions,
        impl DisableApplications,
    ),
) {
    let created = application(1);
    new.create(&created).await.unwrap();
    for is_disabled in [false, true, true, false, false] {
        assert!(disabled.set_disabled(&created.id, is_disabled).await.unwrap());
        let access = TenantAccess { token_version: TokenVersion::FIRST, is_disabled };
        assert_eq!(versions.tenant_access(&created.id).await.unwrap(), Some(access));
        let expected = Application { is_disabled, ..created.clone() };
        assert_eq!(
            applications.application(&created.id).await.unwrap(),
            Some(expected),
            "nothing else changes"
        );
    }
}

async fn what_does_not_exist_is_not_disabled(
    (new, deleted, _, versions, disabled): (
        impl CreateApplications,
        impl DeleteApplications,
        impl ReadApplications,
        impl ReadTokenVersions,
        impl DisableApplications,
    ),
) {
    let (created, unknown) = (application(1), application_id());
    new.create(&created).await.unwrap();
    disabled.set_disabled(&created.id, true).await.unwrap();
    deleted.delete(&created.id).await.unwrap();
    for id in [&created.id, &unknown] {
        for is_disabled in [true, false] {
            assert!(!disabled.set_disabled(id, is_disabled).await.unwrap());
            assert_eq!(versions.tenant_access(id).await.unwrap(), None);
        }
    }
}
