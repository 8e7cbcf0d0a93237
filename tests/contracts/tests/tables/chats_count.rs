//! `chats_count`: every write is counted exactly once.

use contracts::{contract_tests, deltas};
use conversation::fake::samples::{application, application_id};
use conversation::ports::{CountChats, CountOutcome, CreateApplications, ReadApplications};

use crate::{applications, fake_pair, new_applications};

contract_tests! {
    fake: fake_pair(),
    dynamodb: (new_applications(), applications());
    [
        chats_are_counted_once,
        concurrent_counts_all_apply,
        a_count_for_an_unknown_application_does_nothing,
    ]
}

async fn chats_are_counted_once(
    (new, applications): (impl CreateApplications, impl ReadApplications + CountChats),
) {
    let created = application(1);
    new.create(&created).await.unwrap();
    for (by_revision, expected) in [
        (&[][..], 0),
        (&[(1, 1), (2, 1)], 2),
        (&[(1, 1), (2, 1)], 2),
        (&[(5, 1)], 3),
        (&[(5, 1), (6, 1)], 4),
        (&[(3, 0), (4, 1), (5, 1)], 5),
        (&[(7, 1)], 6),
        (&[(2, 1), (4, 1), (7, 1)], 6),
    ] {
        let counted = applications.count(&created.id, &deltas(by_revision)).await.unwrap();
        assert_eq!(counted, CountOutcome::Applied, "{by_revision:?}");
        let chats_count = applications.application(&created.id).await.unwrap().unwrap().chats_count;
        assert_eq!(chats_count, expected, "{by_revision:?}");
    }
}

async fn concurrent_counts_all_apply(
    (new, applications): (impl CreateApplications, impl ReadApplications + CountChats + Clone + 'static),
) {
    let created = application(1);
    new.create(&created).await.unwrap();
    let counts: Vec<_> = (1..=24)
        .map(|revision| {
            let (applications, id) = (applications.clone(), created.id.clone());
            tokio::spawn(async move { applications.count(&id, &deltas(&[(revision, 1)])).await.unwrap() })
        })
        .collect();
    for count in counts {
        count.await.unwrap();
    }
    assert_eq!(applications.application(&created.id).await.unwrap().unwrap().chats_count, 24);
}

async fn a_count_for_an_unknown_application_does_nothing(
    (_, applications): (impl CreateApplications, impl ReadApplications + CountChats),
) {
    let unknown = application_id();
    for by_revision in [&[(1, 1)][..], &[(1, 1), (3, 1)]] {
        let counted = applications.count(&unknown, &deltas(by_revision)).await.unwrap();
        assert_eq!(counted, CountOutcome::ParentUnknown);
    }
    assert_eq!(applications.application(&unknown).await.unwrap(), None);
}
