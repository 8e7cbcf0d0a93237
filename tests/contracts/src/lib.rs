//! What the contract suites share.

mod silent_server;

use conversation::fake::{FakeIndexState, samples};
use conversation::{ApplicationId, ChatId, Deltas, IndexChange, Limit, Order, PageRequest};
use opensearch_index::MessageIndex;
use test_stack::Stack;

pub use silent_server::silent_server;

/// Makes one test of each suite for each implementation of its ports, such as `fake::a_chat_is_stored_once`.
///
/// A suite is an async function that takes the ports. The expression that makes them is evaluated for each test.
#[macro_export]
macro_rules! contract_tests {
    ($($implementation:ident: $ports:expr),+; $suites:tt) => {
        $($crate::contract_tests!(@$implementation, $ports, $suites);)+
    };
    (@$implementation:ident, $ports:expr, [$($suite:ident),+ $(,)?]) => {
        mod $implementation {
            use super::*;

            $(
                #[tokio::test]
                async fn $suite() {
                    super::$suite($ports).await;
                }
            )+
        }
    };
}

pub fn page<Cursor>(limit: u8, order: Order, after: Option<Cursor>) -> PageRequest<Cursor> {
    PageRequest { limit: Limit::new(limit).unwrap(), order, after }
}

/// Deltas by revision.
pub fn deltas(by_revision: &[(u64, i64)]) -> Deltas {
    let mut deltas = Deltas::default();
    for (revision, delta) in by_revision {
        deltas.insert(samples::revision(*revision), *delta);
    }
    deltas
}

pub fn put(chat: &ChatId, number: u64, revision: u64, body: &str) -> IndexChange {
    IndexChange::Put(samples::indexed_message(chat, number, revision, body))
}

/// The alias of the indexes of this name.
pub fn index_alias(name: &ApplicationId) -> String {
    format!("test-{}", name.as_str().to_lowercase())
}

/// The index in OpenSearch of this name. It does not exist before its first message.
pub fn message_index(name: &ApplicationId) -> MessageIndex<FakeIndexState> {
    let (stack, alias) = (Stack::of_tests(), index_alias(name));
    let state = FakeIndexState::default();
    MessageIndex::with_alias(&stack.sdk_config(), &stack.opensearch, &alias, state).unwrap()
}
