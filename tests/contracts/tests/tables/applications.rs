use contracts::{contract_tests, deltas, page};
use conversation::Order;
use conversation::fake::samples::application;
use conversation::ports::{CountChats, CreateApplications, ReadApplications};

use crate::{applications, fake_pair, new_applications, own_creation_time};

contract_tests! {
    fake: fake_pair(),
    dynamodb: (new_applications(), applications());
    [
        an_application_is_read_after_its_creation,
        an_application_is_created_once,
        applications_are_listed_by_creation,
    ]
}

async fn an_application_is_read_after_its_creation(
    (new, applications): (impl CreateApplications, impl ReadApplications),
) {
    let created = application(1_763_700_000_000);
    assert_eq!(applications.application(&created.id).await.unwrap(), None);
    new.create(&created).await.unwrap();
    assert_eq!(applications.application(&created.id).await.unwrap(), Some(created));
}

async fn an_application_is_created_once(
    (new, applications): (impl CreateApplications, impl ReadApplications + CountChats),
) {
    let created = application(1);
    new.create(&created).await.unwrap();
    applications.count(&created.id, &deltas(&[(1, 1)])).await.unwrap();
    new.create(&created).await.unwrap();
    let chats_count = applications.application(&created.id).await.unwrap().unwrap().chats_count;
    assert_eq!(chats_count, 1, "the row is unchanged");
}

async fn applications_are_listed_by_creation(
    (new, applications): (impl CreateApplications, impl ReadApplications),
) {
    let start = own_creation_time();
    for millis in [1, 2, 2, 3] {
        new.create(&application(start + millis)).await.unwrap();
    }
    let first = applications.applications(&page(3, Order::Descending, None)).await.unwrap();
    let second = applications.applications(&page(3, Order::Descending, first.next.clone())).await.unwrap();
    let listed = first.items.iter().chain(&second.items).take(4);
    let listed: Vec<i64> = listed.map(|application| application.created_at.millis() - start).collect();
    assert_eq!(listed, [3, 2, 2, 1]);
    let ascending = applications.applications(&page(1, Order::Ascending, first.next)).await.unwrap();
    assert_eq!(ascending.items.len(), 1);
    assert_eq!(ascending.items[0].created_at.millis() - start, 2, "the one after the second of the three");
}
