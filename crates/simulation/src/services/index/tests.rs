use conversation::ports::{HitCursor, IndexMessages as _, SearchMessages as _, StoreError};
use conversation::{
    ApplicationId, Body, ChatId, ChatNumber, Limit, Message, MessageNumber, Order, PageRequest, Revision,
    SearchText, Timestamp,
};
use tokio::time::sleep;

use super::calls::TIMEOUT;
use super::*;
use crate::clock::in_virtual_time;
use crate::faults::{CallFault, Episode, Fault, Faults, Service};

/// After this, a write is visible.
const REFRESHED: Duration = Duration::from_millis(600);

fn index(faults: &[Fault]) -> Index {
    let whole =
        |fault: &Fault| Episode { from: Duration::from_secs(10), to: Duration::from_secs(20), fault: *fault };
    let random = Random::new(1);
    let faults = Faults::new(faults.iter().map(whole).collect(), random.fork());
    Index::new(RunContext::with_faults(faults), random)
}

fn chat(number: u64) -> ChatId {
    ChatId { application: ApplicationId::from_bytes([7; 16]), chat: ChatNumber::new(number).unwrap() }
}

fn id(number: u64) -> MessageId {
    MessageId { chat: chat(1), message: MessageNumber::new(number).unwrap() }
}

fn put_in(chat: ChatId, number: u64, revision: u64, body: &str) -> IndexChange {
    let message = Message {
        number: MessageNumber::new(number).unwrap(),
        body: Body::parse(body.to_owned()).unwrap(),
        created_at: Timestamp::from_millis(0),
        updated_at: Timestamp::from_millis(0),
    };
    IndexChange::Put(IndexedMessage { chat, message, revision: Revision::new(revision).unwrap() })
}

fn put(number: u64, revision: u64, body: &str) -> IndexChange {
    put_in(chat(1), number, revision, body)
}

fn page(limit: u8, order: Order, after: Option<u64>) -> PageRequest<HitCursor> {
    let after = after.map(|after| HitCursor { score: 1.0, number: MessageNumber::new(after).unwrap() });
    PageRequest { limit: Limit::new(limit).unwrap(), order, after }
}

async fn found(index: &Index, request: &PageRequest<HitCursor>) -> Vec<u64> {
    let text = SearchText::parse("tea").unwrap();
    let page = index.search(&chat(1), &text, request).await.unwrap();
    page.items.iter().map(|hit| hit.message.number.get()).collect()
}

async fn bodies(index: &Index) -> Vec<String> {
    sleep(REFRESHED).await;
    index.documents().iter().map(|document| document.message.body.as_str().to_owned()).collect()
}

fn error(outcome: Result<Vec<usize>, StoreError>) -> String {
    conversation::error_chain(&outcome.unwrap_err())
}

#[test]
fn a_change_is_visible_after_a_refresh() {
    in_virtual_time(async {
        let index = index(&[]);
        let request = page(10, Order::Ascending, None);
        assert_eq!(found(&index, &request).await, [0; 0], "there is no index");
        assert_eq!(index.index(&[put(1, 1, "tea")]).await.unwrap(), [0; 0]);
        assert_eq!(found(&index, &request).await, [0; 0]);
        sleep(REFRESHED).await;
        assert_eq!(found(&index, &request).await, [1]);
        let at = index.searchable()[&id(1)];
        assert_eq!(at.as_millis() % 500, 0);
    })
    .unwrap();
}

#[test]
fn searches_see_one_chat_page_by_page_in_both_orders() {
    in_virtual_time(async {
        let index = index(&[]);
        let mut changes: Vec<IndexChange> = (1..=5).map(|number| put(number, 1, "tea")).collect();
        changes.extend([put(6, 1, "coffee"), put_in(chat(2), 1, 1, "tea"), IndexChange::Remove(id(2))]);
        index.index(&changes).await.unwrap();
        sleep(REFRESHED).await;
        for (request, expected) in [
            (page(2, Order::Ascending, None), vec![1, 3]),
            (page(9, Order::Ascending, Some(3)), vec![4, 5]),
            (page(2, Order::Descending, None), vec![5, 4]),
            (page(9, Order::Descending, Some(4)), vec![3, 1]),
        ] {
            assert_eq!(found(&index, &request).await, expected);
        }
    })
    .unwrap();
}

#[test]
fn an_older_version_never_replaces_a_newer_one() {
    in_virtual_time(async {
        let index = index(&[]);
        let changes = [put(1, 2, "new"), put(1, 1, "old"), IndexChange::Remove(id(2)), put(2, 9, "deleted")];
        for change in changes {
            index.index(&[change]).await.unwrap();
        }
        assert_eq!(bodies(&index).await, ["new"]);
        // After `gc_deletes`, the removal is forgotten.
        sleep(Duration::from_hours(1)).await;
        index.index(&[put(2, 9, "deleted")]).await.unwrap();
        assert_eq!(bodies(&index).await, ["new", "deleted"]);
    })
    .unwrap();
}

#[test]
fn a_lost_index_is_created_again_but_stays_empty() {
    in_virtual_time(async {
        let index = index(&[Fault::IndexLost]);
        index.index(&[put(1, 1, "one"), put(2, 1, "two"), IndexChange::Remove(id(3))]).await.unwrap();
        assert_eq!(index.lost(), BTreeSet::new());
        sleep(Duration::from_secs(30)).await;
        assert_eq!(bodies(&index).await, [""; 0]);
        assert_eq!(found(&index, &page(9, Order::Ascending, None)).await, [0; 0]);
        assert_eq!(index.lost(), [1, 2, 3].map(id).into());
        assert_eq!(index.lock().lost_at(), [Duration::from_secs(10)]);
        assert_eq!(index.index(&[put(2, 2, "two again")]).await.unwrap(), [0; 0]);
        assert_eq!(bodies(&index).await, ["two again"]);
    })
    .unwrap();
}

#[test]
fn an_index_that_cannot_be_created_takes_nothing() {
    in_virtual_time(async {
        let fault = CallFault::ServerError;
        let index = index(&[Fault::Calls { service: Service::OpenSearch, fault, probability: 1.0 }]);
        sleep(Duration::from_secs(10)).await;
        assert!(error(index.index(&[put(1, 1, "one")]).await).contains("status 503"));
        sleep(Duration::from_secs(10)).await;
        assert_eq!(bodies(&index).await, [""; 0]);
    })
    .unwrap();
}

/// The error of a bulk request with this fault, how long it took, and what is in the index in the end.
fn outcome_of(fault: CallFault) -> (String, Duration, Vec<String>) {
    let outcome = async move {
        let index = index(&[Fault::Calls { service: Service::OpenSearch, fault, probability: 1.0 }]);
        index.index(&[put(1, 1, "before")]).await.unwrap();
        sleep(Duration::from_secs(11)).await;
        let start = index.context.now();
        let error = error(index.index(&[put(2, 1, "during")]).await);
        let took = index.context.now().saturating_sub(start);
        sleep(Duration::from_secs(20)).await;
        (error, took, bodies(&index).await)
    };
    in_virtual_time(outcome).unwrap()
}

#[test]
fn call_faults_have_the_documented_outcome_and_effect() {
    for (fault, expected, is_silent, has_effect) in [
        (CallFault::Refused, "refused", false, false),
        (CallFault::NotReceived, "broke", false, false),
        (CallFault::ReplyLost, "broke", false, true),
        (CallFault::Throttled, "status 429", false, false),
        (CallFault::ServerError, "status 503", false, false),
        (CallFault::ServerErrorAfterEffect, "status 503", false, true),
        (CallFault::Silent, "did not respond", true, false),
        (CallFault::Late(Duration::from_secs(5)), "did not respond", true, true),
    ] {
        let (error, took, bodies) = outcome_of(fault);
        assert!(error.contains(expected), "{fault:?}: {error}");
        assert_eq!(took == TIMEOUT, is_silent, "{fault:?}: {took:?}");
        assert_eq!(bodies.contains(&"during".to_owned()), has_effect, "{fault:?}: {bodies:?}");
    }
}

#[test]
fn a_call_that_is_slower_than_the_timeout_has_its_effect() {
    in_virtual_time(async {
        let by = Duration::from_secs(9);
        let index = index(&[Fault::Slow { service: Service::OpenSearch, by }]);
        index.index(&[put(1, 1, "before")]).await.unwrap();
        sleep(Duration::from_secs(11)).await;
        assert!(error(index.index(&[put(2, 1, "slow")]).await).contains("did not respond"));
        sleep(by).await;
        assert_eq!(bodies(&index).await, ["before", "slow"]);
    })
    .unwrap();
}

#[test]
fn documents_above_the_bulk_limit_are_refused() {
    in_virtual_time(async {
        let index = index(&[Fault::BulkLimit { documents_per_second: 7 }]);
        index.index(&[put(1, 1, "before")]).await.unwrap();
        sleep(Duration::from_secs(10)).await;
        let changes: Vec<IndexChange> = (2..=11).map(|number| put(number, 1, "tea")).collect();
        assert_eq!(index.index(&changes).await.unwrap(), [7, 8, 9]);
        sleep(Duration::from_secs(1)).await;
        assert_eq!(index.index(&changes[7..]).await.unwrap(), [0; 0]);
        assert_eq!(index.context.faults.counts().values().sum::<u64>(), 3);
    })
    .unwrap();
}

#[test]
fn a_call_over_a_dead_connection_fails_and_the_next_one_does_not() {
    in_virtual_time(async {
        let connections = Arc::new(Connections::default());
        let index = index(&[]).over(Arc::clone(&connections));
        index.index(&[put(1, 1, "before")]).await.unwrap();
        connections.die();
        assert!(index.index(&[put(2, 1, "during")]).await.is_err());
        assert_eq!(index.index(&[put(3, 1, "after")]).await.unwrap(), [0; 0]);
        assert_eq!(bodies(&index).await, ["before", "after"]);
    })
    .unwrap();
}

#[test]
fn a_search_reads_only_its_chat() {
    in_virtual_time(async {
        let index = index(&[]);
        for number in 1..=2_000 {
            let changes: Vec<IndexChange> =
                (1..=50).map(|message| put_in(chat(number), message, 1, "tea")).collect();
            index.index(&changes).await.unwrap();
        }
        sleep(REFRESHED).await;
        // 100,000 documents each would be 10^9 steps.
        for _ in 0..10_000 {
            assert_eq!(found(&index, &page(2, Order::Descending, None)).await, [50, 49]);
        }
    })
    .unwrap();
}
