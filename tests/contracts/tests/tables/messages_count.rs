//! `messages_count`: every write is counted exactly once, and sets `updated_at` if it is the latest.

use contracts::{contract_tests, deltas};
use conversation::fake::FakeTables;
use conversation::fake::samples::{chat_id, create_chat, token};
use conversation::ports::{CountMessages, ReadChats, StoreChats};
use conversation::{Row, Timestamp};

use crate::chats;

contract_tests! {
    fake: FakeTables::default(),
    dynamodb: chats();
    [messages_are_counted_once]
}

async fn messages_are_counted_once(chats: impl StoreChats + CountMessages + ReadChats) {
    let id = chat_id(&token(), 1);
    let outdated = chats.versioned_ledger(&id).await.unwrap().unwrap();
    let count = async |by_revision: &[(u64, i64)], at| {
        let seen = chats.versioned_ledger(&id).await.unwrap().unwrap();
        chats.count(&id, seen, &deltas(by_revision), Timestamp::from_millis(at)).await.unwrap();
    };
    count(&[(2, 1)], 500).await;
    assert_eq!(chats.chat(&id).await.unwrap(), Row::Absent, "counted, but not created yet");
    chats.create(&create_chat(&id, 1, 100)).await.unwrap();
    for (by_revision, at, expected) in [
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
        count(by_revision, at).await;
        let chat = chats.chat(&id).await.unwrap().live().unwrap();
        assert_eq!((chat.messages_count, chat.updated_at.millis()), expected, "{by_revision:?}");
        assert_eq!(chat.created_at.millis(), 100);
    }
    // A caller that read the ledger long ago must not count revision 16 again.
    let latest = Timestamp::from_millis(980);
    chats.count(&id, outdated, &deltas(&[(16, 1), (17, 1)]), latest).await.unwrap();
    assert_eq!(chats.chat(&id).await.unwrap().live().unwrap().messages_count, 14);
}
