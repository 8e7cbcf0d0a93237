//! Rows: stored once, counted once, listed in pages.

use contracts::{
    Stack, application, chat, chat_deletion, chat_write, message, message_deletion, message_update,
    message_write,
};
use conversation::fake::FakeTables;
use conversation::ports::{
    Applied, CountChats, CountMessages, Counted, CreateApplications, ReadApplications, ReadChats,
    ReadCurrent, ReadMessages, RenameApplications, StoreChats, StoreMessages, SweepMessages,
};
use conversation::{
    Chat, ChatId, Effects, IndexChange, Limit, MessageId, Name, Order, PageRequest, Revision, Row, Timestamp,
};
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

async fn live(chats: &impl ReadChats, id: &ChatId) -> Chat {
    chats.chat(id).await.unwrap().live().unwrap()
}

async fn an_application_is_created_once(
    new: impl CreateApplications,
    applications: impl ReadApplications + CountChats,
) {
    let tenant = application(1);
    new.create(&tenant).await.unwrap();
    applications.count(&tenant.token, &effects(&[(1, 1)])).await.unwrap();
    new.create(&tenant).await.unwrap();
    assert_eq!(applications.application(&tenant.token).await.unwrap().unwrap().chats_count, 1, "as it was");
}

async fn an_application_is_renamed(
    new: impl CreateApplications,
    applications: impl ReadApplications + RenameApplications + CountChats,
) {
    let tenant = application(1);
    let (name, at) = (Name::parse("Coffee house").unwrap(), Timestamp::from_millis(90));
    assert_eq!(applications.rename(&tenant.token, &name, at).await.unwrap(), None, "there is none");
    assert_eq!(applications.application(&tenant.token).await.unwrap(), None);
    new.create(&tenant).await.unwrap();
    applications.count(&tenant.token, &effects(&[(1, 1)])).await.unwrap();
    let renamed = applications.rename(&tenant.token, &name, at).await.unwrap().unwrap();
    assert_eq!((&renamed.name, renamed.chats_count), (&name, 1));
    assert_eq!((renamed.created_at, renamed.updated_at), (tenant.created_at, at));
    assert_eq!(applications.application(&tenant.token).await.unwrap(), Some(renamed));
}

async fn a_chat_is_stored_once(chats: impl StoreChats + ReadChats) {
    let id = chat(&application(1).token, 3);
    assert_eq!(chats.chat(&id).await.unwrap(), Row::Absent);
    assert_eq!(chats.create(&chat_write(id.clone(), 4, 70)).await.unwrap(), 1);
    assert_eq!(chats.create(&chat_write(id.clone(), 4, 70)).await.unwrap(), 1, "delivered again");
    assert_eq!(chats.create(&chat_write(id.clone(), 5, 90)).await.unwrap(), 0, "another one's");
    let stored = live(&chats, &id).await;
    assert_eq!((stored.number.get(), stored.messages_count, stored.created_at.millis()), (3, 0, 70));
}

async fn a_deleted_chat_stays_deleted(chats: impl StoreChats + CountMessages + ReadChats) {
    let token = application(1).token;
    let id = chat(&token, 1);
    let latest = Timestamp::from_millis(500);
    chats.create(&chat_write(id.clone(), 1, 70)).await.unwrap();
    let seen = chats.tally(&id).await.unwrap().unwrap();
    assert_eq!(chats.count(&id, seen.clone(), &effects(&[(1, 1)]), latest).await.unwrap(), Counted::In);
    for _ in 0..2 {
        assert_eq!(chats.delete(&chat_deletion(id.clone(), 2)).await.unwrap(), -1);
    }
    assert_eq!(chats.delete(&chat_deletion(id.clone(), 3)).await.unwrap(), 0, "deleted by another");
    assert_eq!(chats.chat(&id).await.unwrap(), Row::Deleted);
    assert_eq!(chats.chats(&token, &page(10, Order::Ascending, None)).await.unwrap().items, []);
    assert_eq!(chats.tally(&id).await.unwrap(), None);
    let late = chats.count(&id, seen, &effects(&[(2, 1)]), latest).await.unwrap();
    assert_eq!(late, Counted::Gone);
    assert_eq!(chats.create(&chat_write(id.clone(), 1, 70)).await.unwrap(), 1, "what it added is known");
    assert_eq!(chats.chat(&id).await.unwrap(), Row::Deleted);

    let never = chat(&token, 2);
    assert_eq!(
        chats.delete(&chat_deletion(never.clone(), 5)).await.unwrap(),
        0,
        "there was none to take away"
    );
    assert_eq!(chats.create(&chat_write(never.clone(), 4, 70)).await.unwrap(), 0);
    assert_eq!(chats.chat(&never).await.unwrap(), Row::Deleted);
}

async fn messages_are_counted_once(chats: impl StoreChats + CountMessages + ReadChats) {
    let id = chat(&application(1).token, 1);
    let stale = chats.tally(&id).await.unwrap().unwrap();
    let count = async |writes: &[(u64, i64)], at| {
        let seen = chats.tally(&id).await.unwrap().unwrap();
        chats.count(&id, seen, &effects(writes), Timestamp::from_millis(at)).await.unwrap();
    };
    count(&[(2, 1)], 500).await;
    assert_eq!(chats.chat(&id).await.unwrap(), Row::Absent, "counted in, but not stored itself");
    chats.create(&chat_write(id.clone(), 1, 100)).await.unwrap();
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
        let chat = live(&chats, &id).await;
        assert_eq!((chat.messages_count, chat.updated_at.millis()), expected, "{writes:?}");
        assert_eq!(chat.created_at.millis(), 100);
    }
    // What was seen long ago is no reason to count again.
    let latest = Timestamp::from_millis(980);
    chats.count(&id, stale, &effects(&[(16, 1), (17, 1)]), latest).await.unwrap();
    assert_eq!(live(&chats, &id).await.messages_count, 14);
}

async fn rows_that_are_not_shown_do_not_end_a_list(chats: impl StoreChats + CountMessages + ReadChats) {
    let token = application(1).token;
    for number in 1..=5 {
        let (id, latest) = (chat(&token, number), Timestamp::from_millis(5));
        let seen = chats.tally(&id).await.unwrap().unwrap();
        chats.count(&id, seen, &effects(&[(1, 1)]), latest).await.unwrap();
    }
    for number in [6, 7, 8] {
        chats.create(&chat_write(chat(&token, number), number, 5)).await.unwrap();
    }
    let found = chats.chats(&token, &page(2, Order::Ascending, None)).await.unwrap();
    assert_eq!(found.items.iter().map(|chat| chat.number.get()).collect::<Vec<_>>(), [6, 7]);
    let rest = chats.chats(&token, &page(2, Order::Ascending, found.next)).await.unwrap();
    assert_eq!(rest.items.iter().map(|chat| chat.number.get()).collect::<Vec<_>>(), [8]);
    assert_eq!(rest.next, None);
}

async fn tombstones_do_not_shorten_a_page(messages: impl StoreMessages + ReadMessages) {
    let chat = chat(&application(1).token, 1);
    for number in 1..=9 {
        messages.create(&message_write(&chat, number, number, "x")).await.unwrap();
    }
    for number in [2, 3, 4, 5, 8] {
        messages.delete(&message_deletion(&chat, number, 10 + number)).await.unwrap();
    }
    let first = messages.messages(&chat, &page(2, Order::Ascending, None)).await.unwrap();
    assert_eq!(first.items.iter().map(|message| message.number.get()).collect::<Vec<_>>(), [1, 6]);
    let second = messages.messages(&chat, &page(2, Order::Ascending, first.next)).await.unwrap();
    assert_eq!(second.items.iter().map(|message| message.number.get()).collect::<Vec<_>>(), [7, 9]);
    assert_eq!(second.next, None);
}

/// What an application of a write came to: its delta, and the body and revision that the index is to show.
fn said(applied: Applied) -> (i64, Option<(String, u64)>) {
    let shown = match applied.change {
        Some(IndexChange::Put(message)) => Some((message.message.body.into_string(), message.revision.get())),
        Some(IndexChange::Remove(_)) => Some(("removed".to_owned(), 0)),
        None => None,
    };
    (applied.delta, shown)
}

fn shows(delta: i64, body: &str, revision: u64) -> (i64, Option<(String, u64)>) {
    (delta, Some((body.to_owned(), revision)))
}

async fn the_current_row_is_read(messages: impl StoreMessages + ReadCurrent) {
    let chat = chat(&application(1).token, 1);
    let write = message_write(&chat, 1, 7, "as it is");
    assert_eq!(messages.current(&write.id).await.unwrap(), Row::Absent);
    messages.create(&write).await.unwrap();
    let current = messages.current(&write.id).await.unwrap().live().unwrap();
    assert_eq!(
        (current.id(), current.revision, current.message.body),
        (write.id.clone(), write.revision, write.body)
    );
    messages.delete(&message_deletion(&chat, 1, 8)).await.unwrap();
    assert_eq!(messages.current(&write.id).await.unwrap(), Row::Deleted);
}

async fn the_latest_update_stays(messages: impl StoreMessages + ReadMessages) {
    let chat = chat(&application(1).token, 1);
    let creation = message_write(&chat, 1, 1, "first");
    messages.create(&creation).await.unwrap();
    let update = async |revision, body: &str| {
        said(messages.update(&message_update(&chat, 1, revision, body)).await.unwrap())
    };
    assert_eq!(update(5, "fifth").await, shows(0, "fifth", 5));
    assert_eq!(update(3, "third").await, shows(0, "fifth", 5), "overtaken");
    assert_eq!(update(5, "fifth").await, shows(0, "fifth", 5), "delivered again");
    assert_eq!(said(messages.create(&creation).await.unwrap()), shows(1, "fifth", 5), "delivered again");
    let row = messages.message(&message(&chat, 1)).await.unwrap().live().unwrap();
    assert_eq!((row.created_at.millis(), row.updated_at.millis()), (1_001, 5_000));
}

async fn an_update_waits_for_its_creation(messages: impl StoreMessages + ReadMessages + ReadCurrent) {
    let chat = chat(&application(1).token, 1);
    let (id, early) = (message(&chat, 1), message_update(&chat, 1, 2, "early"));
    assert_eq!(said(messages.update(&early).await.unwrap()), (0, None));
    assert_eq!(messages.message(&id).await.unwrap(), Row::Absent);
    assert_eq!(messages.current(&id).await.unwrap(), Row::Absent);
    assert_eq!(messages.messages(&chat, &page(5, Order::Ascending, None)).await.unwrap().items, []);
    let created = messages.create(&message_write(&chat, 1, 1, "first")).await.unwrap();
    assert_eq!(said(created), shows(1, "early", 2));
    let row = messages.message(&id).await.unwrap().live().unwrap();
    assert_eq!((row.body, row.created_at.millis(), row.updated_at.millis()), (early.body, 1_001, 5_000));
}

async fn a_deleted_message_stays_deleted(messages: impl StoreMessages + ReadMessages) {
    let chat = chat(&application(1).token, 1);
    let creation = message_write(&chat, 1, 1, "first");
    let deletion = message_deletion(&chat, 1, 3);
    messages.create(&creation).await.unwrap();
    messages.update(&message_update(&chat, 1, 4, "a later turn, but an earlier record")).await.unwrap();
    for _ in 0..2 {
        assert_eq!(said(messages.delete(&deletion).await.unwrap()), shows(-1, "removed", 0));
    }
    let other = messages.delete(&message_deletion(&chat, 1, 5)).await.unwrap();
    assert_eq!(said(other), shows(0, "removed", 0), "deleted by another");
    let late = messages.update(&message_update(&chat, 1, 6, "late")).await.unwrap();
    assert_eq!(said(late), shows(0, "removed", 0));
    assert_eq!(
        said(messages.create(&creation).await.unwrap()),
        shows(1, "removed", 0),
        "what it added is known"
    );
    assert_eq!(messages.message(&creation.id).await.unwrap(), Row::Deleted);

    let before = messages.delete(&message_deletion(&chat, 2, 8)).await.unwrap();
    assert_eq!(said(before), shows(0, "removed", 0), "there was none to take away");
    let late = messages.create(&message_write(&chat, 2, 7, "late")).await.unwrap();
    assert_eq!(said(late), shows(0, "removed", 0));
    assert_eq!(messages.message(&message(&chat, 2)).await.unwrap(), Row::Deleted);
}

async fn a_chat_is_swept(messages: impl StoreMessages + SweepMessages + ReadMessages) {
    let token = application(1).token;
    let (here, elsewhere) = (chat(&token, 1), chat(&token, 11));
    assert_eq!(messages.some_of(&here).await.unwrap(), []);
    assert_eq!(messages.purge(&[]).await.unwrap(), 0);
    for number in 1..=120 {
        messages.create(&message_write(&here, number, number, "x")).await.unwrap();
    }
    messages.create(&message_write(&elsewhere, 1, 1, "stays")).await.unwrap();
    messages.delete(&message_deletion(&here, 7, 121)).await.unwrap();
    let mut swept: Vec<MessageId> = Vec::new();
    loop {
        let some = messages.some_of(&here).await.unwrap();
        if some.is_empty() {
            break;
        }
        assert!(some.len() <= 100, "{}", some.len());
        assert_eq!(messages.purge(&some).await.unwrap(), 0);
        swept.extend(some);
    }
    swept.sort();
    assert_eq!(swept, (1..=120).map(|number| message(&here, number)).collect::<Vec<_>>());
    assert_eq!(messages.message(&message(&here, 7)).await.unwrap(), Row::Absent);
    assert!(messages.message(&message(&elsewhere, 1)).await.unwrap().live().is_some());
}

async fn nothing_is_counted_where_there_is_no_application(applications: impl ReadApplications + CountChats) {
    let token = application(1).token;
    applications.count(&token, &effects(&[(1, 1)])).await.unwrap();
    applications.count(&token, &effects(&[(1, 1), (3, 1)])).await.unwrap();
    assert_eq!(applications.application(&token).await.unwrap(), None);
}

async fn a_message_is_stored_once(messages: impl StoreMessages + ReadMessages) {
    let chat = chat(&application(1).token, 1);
    let text = "first \u{0} 天气 🎉\u{FFFF}";
    let first = message_write(&chat, 1, 1, text);
    assert_eq!(messages.message(&first.id).await.unwrap(), Row::Absent);
    assert_eq!(said(messages.create(&first).await.unwrap()), shows(1, text, 1));
    assert_eq!(said(messages.create(&first).await.unwrap()), shows(1, text, 1), "delivered again");
    let other = messages.create(&message_write(&chat, 1, 2, "other")).await.unwrap();
    assert_eq!(said(other), shows(0, text, 1), "another one's");
    let stored = messages.message(&first.id).await.unwrap().live().unwrap();
    assert_eq!((stored.body, stored.created_at.millis()), (first.body, 1_001));
}

async fn lists_come_in_pages(messages: impl StoreMessages + ReadMessages) {
    let chat = chat(&application(1).token, 1);
    for number in [1, 2, 3, 5, 10] {
        messages.create(&message_write(&chat, number, number, "x")).await.unwrap();
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
        chats.create(&chat_write(chat(&token, number), number, 5)).await.unwrap();
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

    #[tokio::test]
    async fn creates_an_application_once() {
        let fake = FakeTables::default();
        an_application_is_created_once(fake.clone(), fake).await;
    }

    #[tokio::test]
    async fn renames_an_application() {
        let fake = FakeTables::default();
        an_application_is_renamed(fake.clone(), fake).await;
    }

    #[tokio::test]
    async fn keeps_a_chat_deleted() {
        a_deleted_chat_stays_deleted(FakeTables::default()).await;
    }

    #[tokio::test]
    async fn fills_pages_across_tombstones() {
        tombstones_do_not_shorten_a_page(FakeTables::default()).await;
    }

    #[tokio::test]
    async fn keeps_the_latest_update() {
        the_latest_update_stays(FakeTables::default()).await;
    }

    #[tokio::test]
    async fn keeps_an_update_for_its_creation() {
        an_update_waits_for_its_creation(FakeTables::default()).await;
    }

    #[tokio::test]
    async fn keeps_a_message_deleted() {
        a_deleted_message_stays_deleted(FakeTables::default()).await;
    }

    #[tokio::test]
    async fn sweeps_a_chat() {
        a_chat_is_swept(FakeTables::default()).await;
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

    #[tokio::test]
    async fn creates_an_application_once() {
        let (new, applications) = applications();
        an_application_is_created_once(new, applications).await;
    }

    #[tokio::test]
    async fn renames_an_application() {
        let (new, applications) = applications();
        an_application_is_renamed(new, applications).await;
    }

    #[tokio::test]
    async fn keeps_a_chat_deleted() {
        a_deleted_chat_stays_deleted(chats()).await;
    }

    #[tokio::test]
    async fn fills_pages_across_tombstones() {
        tombstones_do_not_shorten_a_page(messages()).await;
    }

    #[tokio::test]
    async fn keeps_the_latest_update() {
        the_latest_update_stays(messages()).await;
    }

    #[tokio::test]
    async fn keeps_an_update_for_its_creation() {
        an_update_waits_for_its_creation(messages()).await;
    }

    #[tokio::test]
    async fn keeps_a_message_deleted() {
        a_deleted_message_stays_deleted(messages()).await;
    }

    #[tokio::test]
    async fn sweeps_a_chat() {
        a_chat_is_swept(messages()).await;
    }
}
