//! Rows: stored once, counted once, listed in pages.

use contracts::{Stack, application, chat, chat_write, message_write};
use conversation::fake::FakeTables;
use conversation::ports::{
    CountChats, CountMessages, CreateApplications, ReadApplications, ReadChats, ReadCurrent, ReadMessages,
    StoreChats, StoreMessages, Stored,
};
use conversation::{Effects, Limit, Order, PageRequest, Revision, Timestamp};
use dynamodb_tables::{Applications, Chats, Messages, NewApplications};

fn effects(revisions: &[(u64, i64)]) -> Effects {
    let mut effects = Effects::default();
    for (revision, delta) in revisions {
        effects.note(Revision::new(*revision).unwrap(), *delta);
    }
    effects
}

fn page<Cursor>(limit: u8, order: Order, after: Option<Cursor>) -> PageRequest<Cursor> {
    PageRequest { limit: Limit::new(limit).unwrap(), order, after }
}

async fn an_application_is_read_and_counted(
    new: impl CreateApplications,
    applications: impl ReadApplications + CountChats,
) {
    let tenant = application(1_763_700_000_000);
    assert_eq!(applications.application(&tenant.token).await.unwrap(), None);
    new.create(&tenant).await.unwrap();
    assert_eq!(applications.application(&tenant.token).await.unwrap(), Some(tenant.clone()));

    let count = async || applications.application(&tenant.token).await.unwrap().unwrap().chats_count;
    for (writes, expected) in [
        (effects(&[]), 0),
        (effects(&[(1, 1), (2, 1)]), 2),
        (effects(&[(1, 1), (2, 1)]), 2),
        (effects(&[(5, 1)]), 3),
        (effects(&[(5, 1), (6, 1)]), 4),
        (effects(&[(3, 0), (4, 1), (5, 1)]), 5),
        (effects(&[(7, 1)]), 6),
        (effects(&[(2, 1), (4, 1), (7, 1)]), 6),
    ] {
        applications.count(&tenant.token, &writes).await.unwrap();
        assert_eq!(count().await, expected, "{writes:?}");
    }
}

async fn many_counters_count_together(
    new: impl CreateApplications,
    applications: impl ReadApplications + CountChats + Clone + 'static,
) {
    let tenant = application(1);
    new.create(&tenant).await.unwrap();
    let counters: Vec<_> = (1..=24)
        .map(|revision| {
            let (applications, token) = (applications.clone(), tenant.token.clone());
            tokio::spawn(async move { applications.count(&token, &effects(&[(revision, 1)])).await.unwrap() })
        })
        .collect();
    for counter in counters {
        counter.await.unwrap();
    }
    assert_eq!(applications.application(&tenant.token).await.unwrap().unwrap().chats_count, 24);
}

async fn applications_are_listed_by_their_creation(
    new: impl CreateApplications,
    applications: impl ReadApplications,
) {
    // Far in the future, and later with every run, so that no other application comes between.
    let start = 5_000_000_000_000 + Timestamp::now().millis() % 4_000_000_000 * 1_000;
    let tenants =
        [application(start + 1), application(start + 2), application(start + 2), application(start + 3)];
    for tenant in &tenants {
        new.create(tenant).await.unwrap();
    }
    let first = applications.applications(&page(3, Order::Descending, None)).await.unwrap();
    let second = applications.applications(&page(3, Order::Descending, first.next.clone())).await.unwrap();
    let seen: Vec<i64> =
        first.items.iter().chain(&second.items).take(4).map(|a| a.created_at.millis() - start).collect();
    assert_eq!(seen, [3, 2, 2, 1]);
    let up = applications.applications(&page(1, Order::Ascending, first.next)).await.unwrap();
    assert_eq!(up.items.len(), 1);
    assert_eq!(up.items[0].created_at.millis() - start, 2, "the next upwards from the second of three");
}

async fn a_chat_is_stored_once(chats: impl StoreChats + ReadChats) {
    let id = chat(&application(1).token, 3);
    assert_eq!(chats.chat(&id).await.unwrap(), None);
    assert_eq!(chats.store(&chat_write(id.clone(), 4, 70)).await.unwrap(), Stored::ByThisWrite);
    assert_eq!(
        chats.store(&chat_write(id.clone(), 4, 70)).await.unwrap(),
        Stored::ByThisWrite,
        "delivered again"
    );
    assert_eq!(chats.store(&chat_write(id.clone(), 5, 90)).await.unwrap(), Stored::ByAnother);
    let stored = chats.chat(&id).await.unwrap().unwrap();
    assert_eq!((stored.number.get(), stored.messages_count, stored.created_at.millis()), (3, 0, 70));
}

async fn messages_are_counted_once(chats: impl StoreChats + CountMessages + ReadChats) {
    let id = chat(&application(1).token, 1);
    let count = async |writes: &[(u64, i64)], at| {
        chats.count(&id, &effects(writes), Timestamp::from_millis(at)).await.unwrap();
    };
    count(&[(2, 1)], 500).await;
    assert_eq!(chats.chat(&id).await.unwrap(), None, "counted in, but not stored itself");
    chats.store(&chat_write(id.clone(), 1, 100)).await.unwrap();
    for (writes, at, expected) in [
        (&[(1, 1), (2, 1)][..], 400, (2, 500)),
        (&[(3, 1), (4, 1)], 600, (4, 600)),
        (&[(3, 1), (4, 1)], 600, (4, 600)),
        (&[(6, -1), (9, 0)], 900, (3, 900)),
        (&[(5, 1), (7, 1), (8, 1), (9, 0)], 800, (6, 900)),
        (&[(10, 1)], 950, (7, 950)),
        (&[(11, 1)], 940, (8, 950)),
        (&[(14, 1)], 960, (9, 960)),
        (&[(15, 1), (16, 1)], 970, (11, 970)),
        (&[(12, 1), (13, 1)], 930, (13, 970)),
    ] {
        count(writes, at).await;
        let chat = chats.chat(&id).await.unwrap().unwrap();
        assert_eq!((chat.messages_count, chat.updated_at.millis()), expected, "{writes:?}");
        assert_eq!(chat.created_at.millis(), 100);
    }
}

async fn rows_that_are_not_shown_do_not_end_a_list(chats: impl StoreChats + CountMessages + ReadChats) {
    let token = application(1).token;
    for number in 1..=5 {
        chats.count(&chat(&token, number), &effects(&[(1, 1)]), Timestamp::from_millis(5)).await.unwrap();
    }
    chats.store(&chat_write(chat(&token, 6), 6, 5)).await.unwrap();
    let found = chats.chats(&token, &page(1, Order::Ascending, None)).await.unwrap();
    assert_eq!(found.items.iter().map(|chat| chat.number.get()).collect::<Vec<_>>(), [6]);
}

async fn the_current_row_is_read(messages: impl StoreMessages + ReadCurrent) {
    let chat = chat(&application(1).token, 1);
    let write = message_write(&chat, 1, 7, "as it is");
    assert_eq!(messages.current(&write.id).await.unwrap(), None);
    messages.store(&write).await.unwrap();
    let current = messages.current(&write.id).await.unwrap().unwrap();
    assert_eq!(
        (current.id(), current.revision, current.message.body),
        (write.id, write.revision, write.body)
    );
}

async fn nothing_is_counted_where_there_is_no_application(applications: impl ReadApplications + CountChats) {
    let token = application(1).token;
    applications.count(&token, &effects(&[(1, 1)])).await.unwrap();
    applications.count(&token, &effects(&[(1, 1), (3, 1)])).await.unwrap();
    assert_eq!(applications.application(&token).await.unwrap(), None);
}

async fn a_message_is_stored_once(messages: impl StoreMessages + ReadMessages) {
    let chat = chat(&application(1).token, 1);
    let first = message_write(&chat, 1, 1, "first \u{0} 天气 🎉\u{FFFF}");
    assert_eq!(messages.message(&first.id).await.unwrap(), None);
    assert_eq!(messages.store(&first).await.unwrap(), Stored::ByThisWrite);
    assert_eq!(messages.store(&first).await.unwrap(), Stored::ByThisWrite, "delivered again");
    assert_eq!(messages.store(&message_write(&chat, 1, 2, "other")).await.unwrap(), Stored::ByAnother);
    let stored = messages.message(&first.id).await.unwrap().unwrap();
    assert_eq!((stored.body, stored.created_at.millis()), (first.body, 1_001));
}

async fn lists_come_in_pages(messages: impl StoreMessages + ReadMessages) {
    let chat = chat(&application(1).token, 1);
    for number in [1, 2, 3, 5, 10] {
        messages.store(&message_write(&chat, number, number, "x")).await.unwrap();
    }
    for (limit, order, expected) in [
        (2, Order::Ascending, vec![vec![1, 2], vec![3, 5], vec![10]]),
        (5, Order::Ascending, vec![vec![1, 2, 3, 5, 10]]),
        (3, Order::Descending, vec![vec![10, 5, 3], vec![2, 1]]),
    ] {
        let mut pages = Vec::new();
        let mut after = None;
        loop {
            let found = messages.messages(&chat, &page(limit, order, after)).await.unwrap();
            pages.push(found.items.iter().map(|message| message.number.get()).collect::<Vec<_>>());
            after = found.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(pages, expected);
    }
}

async fn chats_are_listed(chats: impl StoreChats + ReadChats) {
    let token = application(1).token;
    for number in [2, 1, 11] {
        chats.store(&chat_write(chat(&token, number), number, 5)).await.unwrap();
    }
    let found = chats.chats(&token, &page(2, Order::Ascending, None)).await.unwrap();
    assert_eq!(found.items.iter().map(|chat| chat.number.get()).collect::<Vec<_>>(), [1, 2]);
    let rest = chats.chats(&token, &page(2, Order::Ascending, found.next)).await.unwrap();
    assert_eq!(rest.items.iter().map(|chat| chat.number.get()).collect::<Vec<_>>(), [11]);
    assert_eq!(rest.next, None);
}

mod the_fake {
    use super::*;

    #[tokio::test]
    async fn reads_and_counts_an_application() {
        let fake = FakeTables::default();
        an_application_is_read_and_counted(fake.clone(), fake).await;
    }

    #[tokio::test]
    async fn counts_for_many_at_once() {
        let fake = FakeTables::default();
        many_counters_count_together(fake.clone(), fake).await;
    }

    #[tokio::test]
    async fn lists_applications() {
        let fake = FakeTables::default();
        applications_are_listed_by_their_creation(fake.clone(), fake).await;
    }

    #[tokio::test]
    async fn stores_a_chat_once() {
        a_chat_is_stored_once(FakeTables::default()).await;
    }

    #[tokio::test]
    async fn counts_messages_once() {
        messages_are_counted_once(FakeTables::default()).await;
    }

    #[tokio::test]
    async fn stores_a_message_once() {
        a_message_is_stored_once(FakeTables::default()).await;
    }

    #[tokio::test]
    async fn passes_over_rows_that_are_not_shown() {
        rows_that_are_not_shown_do_not_end_a_list(FakeTables::default()).await;
    }

    #[tokio::test]
    async fn reads_the_current_row() {
        the_current_row_is_read(FakeTables::default()).await;
    }

    #[tokio::test]
    async fn counts_nothing_for_nobody() {
        nothing_is_counted_where_there_is_no_application(FakeTables::default()).await;
    }

    #[tokio::test]
    async fn lists_messages_in_pages() {
        lists_come_in_pages(FakeTables::default()).await;
    }

    #[tokio::test]
    async fn lists_chats_in_pages() {
        chats_are_listed(FakeTables::default()).await;
    }
}

mod dynamodb {
    use super::*;

    fn applications() -> (NewApplications, Applications) {
        let config = Stack::of_tests().config();
        let new = NewApplications::new(&config, "chatlog-applications", "chatlog-counters");
        (new, Applications::new(&config, "chatlog-applications"))
    }

    fn chats() -> Chats {
        Chats::new(&Stack::of_tests().config(), "chatlog-chats")
    }

    fn messages() -> Messages {
        Messages::new(&Stack::of_tests().config(), "chatlog-messages")
    }

    #[tokio::test]
    async fn reads_and_counts_an_application() {
        let (new, applications) = applications();
        an_application_is_read_and_counted(new, applications).await;
    }

    #[tokio::test]
    async fn counts_for_many_at_once() {
        let (new, applications) = applications();
        many_counters_count_together(new, applications).await;
    }

    #[tokio::test]
    async fn lists_applications() {
        let (new, applications) = applications();
        applications_are_listed_by_their_creation(new, applications).await;
    }

    #[tokio::test]
    async fn stores_a_chat_once() {
        a_chat_is_stored_once(chats()).await;
    }

    #[tokio::test]
    async fn counts_messages_once() {
        messages_are_counted_once(chats()).await;
    }

    #[tokio::test]
    async fn stores_a_message_once() {
        a_message_is_stored_once(messages()).await;
    }

    #[tokio::test]
    async fn passes_over_rows_that_are_not_shown() {
        rows_that_are_not_shown_do_not_end_a_list(chats()).await;
    }

    #[tokio::test]
    async fn reads_the_current_row() {
        the_current_row_is_read(messages()).await;
    }

    #[tokio::test]
    async fn counts_nothing_for_nobody() {
        nothing_is_counted_where_there_is_no_application(applications().1).await;
    }

    #[tokio::test]
    async fn lists_messages_in_pages() {
        lists_come_in_pages(messages()).await;
    }

    #[tokio::test]
    async fn lists_chats_in_pages() {
        chats_are_listed(chats()).await;
    }
}
