use contracts::contract_tests;
use conversation::fake::samples::{application, application_id};
use conversation::ports::{CreateApplications, ReadApplications, ReadTokenVersions, RotateTokens, Rotation};
use conversation::{Application, TokenVersion};

use crate::{applications, applications_with_counters, fake_pair};

contract_tests! {
    fake: fake_pair(),
    dynamodb: (applications_with_counters(), applications());
    [a_rotation_raises_the_token_version, an_unknown_application_has_no_token_version]
}

async fn a_rotation_raises_the_token_version(
    (new, applications): (impl CreateApplications, impl ReadApplications + ReadTokenVersions + RotateTokens),
) {
    let created = application(1);
    let id = &created.id;
    new.create(&created).await.unwrap();
    assert_eq!(applications.token_version(id).await.unwrap(), Some(TokenVersion::FIRST));
    for (version, expected, valid) in [
        (2, Rotation::Rotated, 2),
        (2, Rotation::Rotated, 2),
        (1, Rotation::Outdated, 2),
        (10, Rotation::Rotated, 10),
        (9, Rotation::Outdated, 10),
    ] {
        assert_eq!(applications.rotate(id, TokenVersion::new(version)).await.unwrap(), expected, "{version}");
        let valid = TokenVersion::new(valid);
        assert_eq!(applications.token_version(id).await.unwrap(), Some(valid));
        let rotated = Application { token_version: valid, ..created.clone() };
        assert_eq!(applications.application(id).await.unwrap(), Some(rotated), "nothing else changes");
    }
}

async fn an_unknown_application_has_no_token_version(
    (_, applications): (impl CreateApplications, impl ReadApplications + ReadTokenVersions + RotateTokens),
) {
    let unknown = application_id();
    assert_eq!(applications.token_version(&unknown).await.unwrap(), None);
    assert_eq!(applications.rotate(&unknown, TokenVersion::new(2)).await.unwrap(), Rotation::NotFound);
    assert_eq!(applications.token_version(&unknown).await.unwrap(), None);
}
