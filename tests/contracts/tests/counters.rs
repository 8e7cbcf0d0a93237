//! Numbers: given out one after the other, to as many askers as there are, and taken back only while
//! they are the highest.

use contracts::{Stack, application, chat, message};
use conversation::fake::FakeTables;
use conversation::ports::{
    CloseChats, CreateApplications, NumberChats, NumberMessages, OpenChats, ReadCounters, ReviseChats,
    ReviseMessages, UnopenChats,
};
use conversation::{ChatId, Ticket};
use dynamodb_tables::{Counters, NewApplications};

trait AllCounters:
    NumberChats + NumberMessages + OpenChats + UnopenChats + ReadCounters + Clone + 'static
{
}
impl<All: NumberChats + NumberMessages + OpenChats + UnopenChats + ReadCounters + Clone + 'static> AllCounters
    for All
{
}

async fn chats_are_numbered(counters: impl AllCounters, applications: impl CreateApplications) {
    let tenant = application(1);
    let token = &tenant.token;
    assert_eq!(NumberChats::allocate(&counters, token).await.unwrap(), None, "no such application");
    assert_eq!(counters.last_chat(token).await.unwrap(), None);

    applications.create(&tenant).await.unwrap();
    assert_eq!(counters.last_chat(token).await.unwrap(), Some(0));
    let first = NumberChats::allocate(&counters, token).await.unwrap().unwrap();
    let second = NumberChats::allocate(&counters, token).await.unwrap().unwrap();
    assert_eq!((first.number.get(), second.number.get()), (1, 2));
    assert!(first.revision < second.revision);

    NumberChats::give_back(&counters, token, &first).await.unwrap();
    assert_eq!(
        counters.last_chat(token).await.unwrap(),
        Some(2),
        "1 is not the highest, so it stays given out"
    );
    NumberChats::give_back(&counters, token, &second).await.unwrap();
    let again = NumberChats::allocate(&counters, token).await.unwrap().unwrap();
    assert_eq!((again.number, again.revision), (second.number, second.revision));
    NumberChats::give_back(&counters, token, &second).await.unwrap();
    assert_eq!(counters.last_chat(token).await.unwrap(), Some(2), "2 belongs to another asker now");
}

async fn messages_are_numbered(counters: impl AllCounters) {
    let chat = chat(&application(1).token, 1);
    assert_eq!(NumberMessages::allocate(&counters, &chat).await.unwrap(), None, "no such chat");
    counters.open_for_good(&chat).await.unwrap();
    assert_eq!(counters.last_message(&chat).await.unwrap(), Some(0));
    let first = NumberMessages::allocate(&counters, &chat).await.unwrap().unwrap();
    assert_eq!((first.number.get(), first.revision.get()), (1, 1));
    counters.open_for_good(&chat).await.unwrap();
    assert_eq!(counters.last_message(&chat).await.unwrap(), Some(1), "opening again changes nothing");
    NumberMessages::give_back(&counters, &chat, &first).await.unwrap();
    assert_eq!(counters.last_message(&chat).await.unwrap(), Some(0));
}

async fn a_chat_is_closed_by_its_opener_alone(counters: impl AllCounters) {
    let chat = chat(&application(1).token, 1);
    let (ours, theirs) = (Ticket::random().unwrap(), Ticket::random().unwrap());
    assert!(counters.unopen(&chat, &ours).await.unwrap(), "it is not open");
    counters.open(&chat, &ours).await.unwrap();
    counters.open(&chat, &theirs).await.unwrap();
    assert!(!counters.unopen(&chat, &theirs).await.unwrap(), "opened by another");
    assert_eq!(counters.last_message(&chat).await.unwrap(), Some(0));
    assert!(counters.unopen(&chat, &ours).await.unwrap());
    assert_eq!(counters.last_message(&chat).await.unwrap(), None);

    counters.open(&chat, &ours).await.unwrap();
    counters.open_for_good(&chat).await.unwrap();
    assert!(!counters.unopen(&chat, &ours).await.unwrap(), "it was opened for good");
    assert_eq!(counters.last_message(&chat).await.unwrap(), Some(0));
    NumberMessages::allocate(&counters, &chat).await.unwrap().unwrap();
    assert!(!counters.unopen(&chat, &ours).await.unwrap(), "a message was numbered in it");
    assert_eq!(counters.last_message(&chat).await.unwrap(), Some(1));
}

async fn a_closed_chat_stays_closed(counters: impl CloseChats + ReviseMessages + AllCounters) {
    let token = application(1).token;
    let (used, unopened) = (chat(&token, 1), chat(&token, 2));
    let ticket = Ticket::random().unwrap();
    counters.open(&used, &ticket).await.unwrap();
    NumberMessages::allocate(&counters, &used).await.unwrap().unwrap();
    for id in [&used, &unopened] {
        for _ in 0..2 {
            counters.close(id).await.unwrap();
        }
        counters.open_for_good(id).await.unwrap();
        assert_eq!(counters.last_message(id).await.unwrap(), None);
        assert_eq!(NumberMessages::allocate(&counters, id).await.unwrap(), None);
        assert_eq!(ReviseMessages::revise(&counters, &message(id, 1)).await.unwrap(), None);
        assert!(!counters.unopen(id, &ticket).await.unwrap(), "the tombstone stays");
    }
}

async fn writes_to_messages_take_turns(counters: impl ReviseMessages + AllCounters) {
    let chat = chat(&application(1).token, 1);
    assert_eq!(ReviseMessages::revise(&counters, &message(&chat, 1)).await.unwrap(), None, "no such chat");
    counters.open_for_good(&chat).await.unwrap();
    assert_eq!(ReviseMessages::revise(&counters, &message(&chat, 1)).await.unwrap(), None, "no such message");
    let created = NumberMessages::allocate(&counters, &chat).await.unwrap().unwrap();
    let first = ReviseMessages::revise(&counters, &message(&chat, 1)).await.unwrap().unwrap();
    let second = ReviseMessages::revise(&counters, &message(&chat, 1)).await.unwrap().unwrap();
    assert_eq!((created.revision.get(), first.revision.get(), second.revision.get()), (1, 2, 3));

    NumberMessages::give_back(&counters, &chat, &created).await.unwrap();
    assert_eq!(counters.last_message(&chat).await.unwrap(), Some(1), "others wrote since");
    ReviseMessages::give_turn_back(&counters, &chat, &first).await.unwrap();
    ReviseMessages::give_turn_back(&counters, &chat, &second).await.unwrap();
    ReviseMessages::give_turn_back(&counters, &chat, &second).await.unwrap();
    let next = NumberMessages::allocate(&counters, &chat).await.unwrap().unwrap();
    assert_eq!((next.number.get(), next.revision.get()), (2, 3), "only the last turn was given back, once");
}

async fn writes_to_chats_take_turns(
    counters: impl ReviseChats + AllCounters,
    applications: impl CreateApplications,
) {
    let tenant = application(1);
    assert_eq!(ReviseChats::revise(&counters, &tenant.token).await.unwrap(), None, "no such application");
    applications.create(&tenant).await.unwrap();
    let created = NumberChats::allocate(&counters, &tenant.token).await.unwrap().unwrap();
    let turn = ReviseChats::revise(&counters, &tenant.token).await.unwrap().unwrap();
    assert_eq!((created.revision.get(), turn.revision.get()), (1, 2));
    ReviseChats::give_turn_back(&counters, &tenant.token, &turn).await.unwrap();
    let next = NumberChats::allocate(&counters, &tenant.token).await.unwrap().unwrap();
    assert_eq!((next.number.get(), next.revision.get()), (2, 2));
}

async fn many_askers_never_get_the_same_number(counters: impl AllCounters) {
    let chat: ChatId = chat(&application(1).token, 1);
    counters.open_for_good(&chat).await.unwrap();
    let askers: Vec<_> = (0..40)
        .map(|_| {
            let (counters, chat) = (counters.clone(), chat.clone());
            tokio::spawn(async move { NumberMessages::allocate(&counters, &chat).await.unwrap().unwrap() })
        })
        .collect();
    let mut numbers = Vec::new();
    for asker in askers {
        let given = asker.await.unwrap();
        numbers.push((given.number.get(), given.revision.get()));
    }
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=40).map(|number| (number, number)).collect::<Vec<_>>());
}

fn real() -> (Counters, NewApplications) {
    let config = Stack::of_tests().config();
    let applications = NewApplications::new(&config, "chatlog-applications", "chatlog-counters");
    (Counters::new(&config, "chatlog-counters"), applications)
}

#[tokio::test]
async fn the_fake_numbers_chats() {
    let fake = FakeTables::default();
    chats_are_numbered(fake.clone(), fake).await;
}

#[tokio::test]
async fn dynamodb_numbers_chats() {
    let (counters, applications) = real();
    chats_are_numbered(counters, applications).await;
}

#[tokio::test]
async fn the_fake_numbers_messages() {
    messages_are_numbered(FakeTables::default()).await;
}

#[tokio::test]
async fn dynamodb_numbers_messages() {
    messages_are_numbered(real().0).await;
}

#[tokio::test]
async fn the_fake_lets_the_opener_close() {
    a_chat_is_closed_by_its_opener_alone(FakeTables::default()).await;
}

#[tokio::test]
async fn dynamodb_lets_the_opener_close() {
    a_chat_is_closed_by_its_opener_alone(real().0).await;
}

#[tokio::test]
async fn the_fake_keeps_a_chat_closed() {
    a_closed_chat_stays_closed(FakeTables::default()).await;
}

#[tokio::test]
async fn dynamodb_keeps_a_chat_closed() {
    a_closed_chat_stays_closed(real().0).await;
}

#[tokio::test]
async fn the_fake_gives_turns_to_messages() {
    writes_to_messages_take_turns(FakeTables::default()).await;
}

#[tokio::test]
async fn dynamodb_gives_turns_to_messages() {
    writes_to_messages_take_turns(real().0).await;
}

#[tokio::test]
async fn the_fake_gives_turns_to_chats() {
    let fake = FakeTables::default();
    writes_to_chats_take_turns(fake.clone(), fake).await;
}

#[tokio::test]
async fn dynamodb_gives_turns_to_chats() {
    let (counters, applications) = real();
    writes_to_chats_take_turns(counters, applications).await;
}

#[tokio::test]
async fn the_fake_gives_each_number_once() {
    many_askers_never_get_the_same_number(FakeTables::default()).await;
}

#[tokio::test]
async fn dynamodb_gives_each_number_once() {
    many_askers_never_get_the_same_number(real().0).await;
}
