use contracts::contract_tests;
use conversation::fake::FakeTables;
use conversation::fake::samples::{application, application_id};
use conversation::ports::{
    CreateApplications, DeleteApplications, LastRotation, ReadApplications, ReadTokenVersions, RotateTokens,
    RotationOutcome,
};
use conversation::{Application, ApplicationId, Timestamp, TokenVersion};

use crate::{applications, deleted_applications, new_applications, token_rotations, token_versions};

contract_tests! {
    fake: fake(),
    dynamodb: (new_applications(), deleted_applications(), applications(), token_versions(), token_rotations());
    [
        a_rotation_raises_the_token_version,
        an_unknown_application_has_no_token_version,
        a_deleted_application_has_no_token_version,
    ]
}

fn fake() -> (FakeTables, FakeTables, FakeTables, FakeTables, FakeTables) {
    let fake = FakeTables::default();
    (fake.clone(), fake.clone(), fake.clone(), fake.clone(), fake)
}

async fn a_rotation_raises_the_token_version(
    (new, _, applications, versions, rotations): (
        impl CreateApplications,
        impl DeleteApplications,
        impl ReadApplications,
        impl ReadTokenVersions,
        impl RotateTokens,
    ),
) {
    let created = application(1);
    let id = &created.id;
    new.create(&created).await.unwrap();
    assert_eq!(valid_version(&versions, id).await, Some(TokenVersion::FIRST));
    assert_eq!(rotations.last_rotation(id).await.unwrap(), Some((created.clone(), None)));
    let [first, second] = [("first", 5), ("second", 6)].map(|(id, at)| rotation(id, at));
    for (version, rotation, expected, valid, last) in [
        (2, &first, RotationOutcome::Rotated, 2, &first),
        (2, &first, RotationOutcome::Rotated, 2, &first),
        (2, &second, RotationOutcome::Superseded, 2, &first),
        (1, &second, RotationOutcome::Superseded, 2, &first),
        (10, &second, RotationOutcome::Rotated, 10, &second),
        (2, &first, RotationOutcome::Superseded, 10, &second),
    ] {
        assert_eq!(rotations.rotate(id, TokenVersion::new(version), rotation).await.unwrap(), expected);
        let valid = TokenVersion::new(valid);
        assert_eq!(valid_version(&versions, id).await, Some(valid));
        let rotated = Application { token_version: valid, ..created.clone() };
        assert_eq!(
            applications.application(id).await.unwrap().as_ref(),
            Some(&rotated),
            "nothing else changes"
        );
        assert_eq!(rotations.last_rotation(id).await.unwrap(), Some((rotated, Some(last.clone()))));
    }
}

async fn valid_version(versions: &impl ReadTokenVersions, id: &ApplicationId) -> Option<TokenVersion> {
    versions.tenant_access(id).await.unwrap().map(|access| access.token_version)
}

fn rotation(request_id: &str, at: i64) -> LastRotation {
    LastRotation { request_id: request_id.to_owned(), at: Timestamp::from_millis(at) }
}

async fn an_unknown_application_has_no_token_version(
    (_, _, _, versions, rotations): (
        impl CreateApplications,
        impl DeleteApplications,
        impl ReadApplications,
        impl ReadTokenVersions,
        impl RotateTokens,
    ),
) {
    let unknown = application_id();
    assert_eq!(valid_version(&versions, &unknown).await, None);
    assert_eq!(
        rotations.rotate(&unknown, TokenVersion::new(2), &rotation("r", 1)).await.unwrap(),
        RotationOutcome::NotFound
    );
    assert_eq!(valid_version(&versions, &unknown).await, None);
}

async fn a_deleted_application_has_no_token_version(
    (new, deleted, _, versions, rotations): (
        impl CreateApplications,
        impl DeleteApplications,
        impl ReadApplications,
        impl ReadTokenVersions,
        impl RotateTokens,
    ),
) {
    let created = application(1);
    new.create(&created).await.unwrap();
    for _ in 0..2 {
        deleted.delete(&created.id).await.unwrap();
        assert_eq!(valid_version(&versions, &created.id).await, None);
        assert_eq!(rotations.last_rotation(&created.id).await.unwrap(), None);
        let rotated = rotations.rotate(&created.id, TokenVersion::new(2), &rotation("r", 1)).await.unwrap();
        assert_eq!(rotated, RotationOutcome::NotFound);
        assert_eq!(valid_version(&versions, &created.id).await, None, "a rotation does not bring it back");
    }
}
