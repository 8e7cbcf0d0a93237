use super::*;
use crate::random::Random;

const APPLICATION: ApplicationKey = ApplicationKey(1);

fn chat(number: u64) -> ChatKey {
    ChatKey { application: APPLICATION, number }
}

/// An application with this many chats.
fn directory(chats: u64) -> Directory {
    let mut directory = Directory::default();
    directory.add_application(APPLICATION, ApplicationId::from_bytes([7; 16]), "first".to_owned());
    for number in 1..=chats {
        directory.add_chat(chat(number));
    }
    directory
}

#[test]
fn the_busy_chat_is_apart_from_all_others() {
    let (mut directory, random) = (directory(3), Random::new(1));
    assert_eq!(directory.busy_chat(), None);
    directory.choose_busy_chat();
    assert_eq!(directory.busy_chat(), Some(chat(1)));
    for _ in 0..100 {
        assert_ne!(directory.pick_open_chat(&random), Some(chat(1)));
        assert_eq!(directory.busy_or_any_chat(&random), Some(chat(1)));
    }
}

#[test]
fn a_deleted_busy_chat_stays_chosen_but_is_not_used() {
    let (mut directory, random) = (directory(2), Random::new(1));
    directory.choose_busy_chat();
    directory.remove_chat(chat(1));
    assert_eq!(directory.busy_chat(), None);
    assert_eq!(directory.chosen_busy_chat(), Some(chat(1)));
    assert_eq!(directory.pick_open_chat(&random), Some(chat(2)));
}

#[test]
fn without_chats_no_chat_is_busy() {
    let mut directory = directory(0);
    directory.choose_busy_chat();
    assert_eq!(directory.chosen_busy_chat(), None);
}

#[test]
fn a_token_is_old_once_another_one_replaces_it() {
    let (mut directory, random) = (directory(0), Random::new(1));
    directory.set_token(APPLICATION, "first".to_owned(), Duration::from_secs(1));
    assert_eq!(directory.pick_old_token(&random), None, "nothing replaced it");
    directory.set_token(APPLICATION, "second".to_owned(), Duration::from_secs(2));
    let old = (APPLICATION, "first".to_owned(), Duration::from_secs(2));
    assert_eq!(directory.pick_old_token(&random), Some(old));
    assert_eq!(directory.application(APPLICATION).unwrap().token, "second");
}

#[test]
fn a_deleted_application_closes_its_chats() {
    let (mut directory, random) = (directory(2), Random::new(1));
    directory.remove_application(APPLICATION);
    assert!(!directory.is_open(chat(1)));
    assert_eq!(directory.pick_open_chat(&random), None);
    assert_eq!(directory.open_applications(), 0);
    // A reply that was on its way.
    directory.add_chat(chat(3));
    assert!(!directory.is_open(chat(3)));
}

#[test]
fn picked_messages_were_accepted() {
    let (mut directory, random) = (directory(1), Random::new(1));
    assert_eq!(directory.pick_message(&random), None);
    directory.add_message(MessageKey { chat: chat(1), number: 5 });
    directory.add_message(MessageKey { chat: chat(1), number: 4 });
    for _ in 0..100 {
        let message = directory.pick_message(&random).unwrap();
        assert!((1..=5).contains(&message.number), "{message:?}");
    }
}
