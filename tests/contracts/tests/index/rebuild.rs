//! The index that a rebuild fills, in OpenSearch.

use contracts::{index_alias, put};
use conversation::fake::samples::{application_id, chat_id, message_id};
use conversation::{ChatId, IndexChange, IndexGeneration};
use opensearch_index::Indexes;
use test_stack::Stack;

/// The indexes of a deployment of its own, which has none yet, and a chat in it.
fn own_indexes() -> (Indexes, ChatId) {
    let (stack, application) = (Stack::of_tests(), application_id());
    let indexes = Indexes::new(&stack.sdk_config(), &stack.opensearch, &index_alias(&application));
    (indexes.unwrap(), chat_id(&application, 1))
}

#[tokio::test]
async fn a_removal_takes_out_what_was_put_and_stays() {
    let (indexes, chat) = own_indexes();
    let next = IndexGeneration::FIRST.next();
    indexes.create_next(next).await.unwrap();
    let removal = IndexChange::Remove(message_id(&chat, 1));
    let refused = indexes.fill(next, vec![put(&chat, 1, 1, "gone"), put(&chat, 2, 2, "stays")]).await;
    assert_eq!(refused.unwrap(), []);
    for changes in [vec![removal.clone()], vec![put(&chat, 1, 9, "late"), removal]] {
        assert_eq!(indexes.fill(next, changes).await.unwrap(), []);
    }
    indexes.refresh(next).await.unwrap();
    let [index] = &indexes.list().await.unwrap()[..] else { panic!("not one index") };
    assert_eq!((index.generation, index.documents), (next, 1));
    indexes.delete(next).await.unwrap();
}

#[tokio::test]
async fn no_change_creates_an_index() {
    let (indexes, chat) = own_indexes();
    for change in [put(&chat, 1, 1, "hello"), IndexChange::Remove(message_id(&chat, 1))] {
        indexes.fill(IndexGeneration::FIRST, vec![change]).await.unwrap_err();
    }
    assert_eq!(indexes.list().await.unwrap().len(), 0);
}
