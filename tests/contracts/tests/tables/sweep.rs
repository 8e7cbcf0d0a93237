use contracts::contract_tests;
use conversation::fake::FakeTables;
use conversation::fake::samples::{chat_id, create_message, delete_message, message_id, token};
use conversation::ports::{ReadMessages, SWEEP_PAGE, StoreMessages, SweepMessages};
use conversation::{MessageId, Row};

use crate::messages;

contract_tests! {
    fake: FakeTables::default(),
    dynamodb: messages();
    [a_sweep_deletes_all_rows_of_one_chat]
}

async fn a_sweep_deletes_all_rows_of_one_chat(messages: impl StoreMessages + SweepMessages + ReadMessages) {
    let token = token();
    let (here, elsewhere) = (chat_id(&token, 1), chat_id(&token, 11));
    assert_eq!(messages.sweep_page(&here).await.unwrap(), []);
    assert_eq!(messages.delete_rows(&[]).await.unwrap(), 0);
    for number in 1..=120 {
        messages.create(&create_message(&here, number, number, "x")).await.unwrap();
    }
    messages.create(&create_message(&elsewhere, 1, 1, "stays")).await.unwrap();
    messages.delete(&delete_message(&here, 7, 121)).await.unwrap();
    let mut swept: Vec<MessageId> = Vec::new();
    loop {
        let page = messages.sweep_page(&here).await.unwrap();
        if page.is_empty() {
            break;
        }
        assert!(page.len() <= SWEEP_PAGE, "{}", page.len());
        assert_eq!(messages.delete_rows(&page).await.unwrap(), 0);
        swept.extend(page);
    }
    swept.sort();
    assert_eq!(swept, (1..=120).map(|number| message_id(&here, number)).collect::<Vec<_>>());
    assert_eq!(messages.message(&message_id(&here, 7)).await.unwrap(), Row::Absent);
    assert!(messages.message(&message_id(&elsewhere, 1)).await.unwrap().live().is_some());
}
