use contracts::{contract_tests, deltas};
use conversation::fake::FakeTables;
use conversation::fake::samples::{application_id, chat_id, create_chat, delete_chat};
use conversation::ports::{CountMessages, ListUnsweptChats, SWEEP_PAGE, StoreChats, UnsweptChats};
use conversation::{ChatNumber, DeleteChat, Revision, Timestamp};

use crate::chats;

contract_tests! {
    fake: FakeTables::default(),
    dynamodb: chats();
    [
        all_chats_but_deleted_ones_are_listed,
        a_chat_that_was_deleted_with_its_application_is_listed,
        a_page_of_deleted_chats_is_empty_and_has_a_next_one,
        an_application_without_chats_has_none,
    ]
}

fn numbers(page: &UnsweptChats) -> Vec<u64> {
    page.chats.iter().map(|chat| chat.get()).collect()
}

async fn all_chats_but_deleted_ones_are_listed(chats: impl StoreChats + CountMessages + ListUnsweptChats) {
    let (application, other) = (application_id(), application_id());
    let chat = |number| chat_id(&application, number);
    let last = 2 * u64::try_from(SWEEP_PAGE).unwrap() + 20;
    for number in 1..=last {
        chats.create(&create_chat(&chat(number), number, 5)).await.unwrap();
    }
    chats.create(&create_chat(&chat_id(&other, last + 2), 1, 5)).await.unwrap();
    let deleted = [1, 50, 101, last];
    for number in deleted {
        chats.delete(&delete_chat(&chat(number), last + number)).await.unwrap();
    }
    let not_stored = chat(last + 1);
    let seen = chats.versioned_ledger(&not_stored).await.unwrap().unwrap();
    chats.count(&not_stored, seen, &deltas(&[(1, 1)]), Timestamp::from_millis(5)).await.unwrap();

    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = chats.unswept_chats(&application, after).await.unwrap();
        assert!(page.chats.len() <= SWEEP_PAGE, "{}", page.chats.len());
        found.extend(numbers(&page));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let expected: Vec<u64> = (1..=last + 1).filter(|number| !deleted.contains(number)).collect();
    assert_eq!(found, expected);

    let rest = chats.unswept_chats(&application, Some(chat(last - 2).chat)).await.unwrap();
    assert_eq!((numbers(&rest), rest.next), (vec![last - 1, last + 1], None));
}

async fn a_chat_that_was_deleted_with_its_application_is_listed(chats: impl StoreChats + ListUnsweptChats) {
    let application = application_id();
    for number in 1..=2 {
        chats.create(&create_chat(&chat_id(&application, number), number, 5)).await.unwrap();
    }
    chats.delete(&delete_chat(&chat_id(&application, 1), 3)).await.unwrap();
    let with_application = DeleteChat { id: chat_id(&application, 2), revision: Revision::MAX };
    chats.delete(&with_application).await.unwrap();
    let page = chats.unswept_chats(&application, None).await.unwrap();
    assert_eq!(page, UnsweptChats { chats: vec![with_application.id.chat], next: None });
}

async fn a_page_of_deleted_chats_is_empty_and_has_a_next_one(chats: impl StoreChats + ListUnsweptChats) {
    let application = application_id();
    let page_end = u64::try_from(SWEEP_PAGE).unwrap();
    for number in 1..=page_end {
        chats.delete(&delete_chat(&chat_id(&application, number), number)).await.unwrap();
    }
    let live = chat_id(&application, page_end + 1);
    chats.create(&create_chat(&live, page_end + 1, 5)).await.unwrap();
    let first = chats.unswept_chats(&application, None).await.unwrap();
    let expected = UnsweptChats { chats: Vec::new(), next: Some(ChatNumber::new(page_end).unwrap()) };
    assert_eq!(first, expected);
    let second = chats.unswept_chats(&application, first.next).await.unwrap();
    assert_eq!(second, UnsweptChats { chats: vec![live.chat], next: None });
}

async fn an_application_without_chats_has_none(chats: impl ListUnsweptChats) {
    let page = chats.unswept_chats(&application_id(), None).await.unwrap();
    assert_eq!(page, UnsweptChats { chats: Vec::new(), next: None });
}
