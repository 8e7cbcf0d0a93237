//! Idempotency keys: one attempt holds a key at a time, and the decision recorded under a key stays.

use contracts::contract_tests;
use conversation::acceptance::ReservedNumber;
use conversation::fake::FakeIdempotencyKeys;
use conversation::fake::samples::{application_id, keyed_request, revision};
use conversation::ports::{Claim, KEY_HOLD, KEY_RETENTION, KeepIdempotencyKeys, KeyedRequest};
use conversation::{MessageNumber, RequestId, Timestamp};
use dynamodb_tables::IdempotencyKeys;
use test_stack::Stack;

contract_tests! {
    fake: FakeIdempotencyKeys::default(),
    dynamodb: IdempotencyKeys::new(&Stack::of_tests().sdk_config(), "chatlog-idempotency-keys");
    [
        a_completed_decision_is_repeated_until_the_key_expires,
        a_key_is_held_for_a_limited_time,
        a_released_key_continues_and_a_forgotten_key_starts_anew,
        late_copies_of_calls_do_not_revive_a_forgotten_key,
        one_of_many_attempts_gets_the_key,
    ]
}

type Decision = ReservedNumber<MessageNumber>;

const FRESH: Claim<Decision> = Claim::Held { recorded: None };

/// A key of its own, for a request with these fields.
fn request(fields: &str) -> KeyedRequest {
    keyed_request(application_id().as_str(), fields)
}

fn attempt() -> RequestId {
    RequestId::random().unwrap()
}

/// In the far future: DynamoDB would delete rows that have expired by its own clock.
fn moment(millis: i64) -> Timestamp {
    Timestamp::from_millis(4_000_000_000_000 + millis)
}

fn decision(number: u64) -> Decision {
    let (number, revision) = (MessageNumber::new(number).unwrap(), revision(number + 1));
    Decision { number, revision, at: moment(3) }
}

async fn claim(
    keys: &impl KeepIdempotencyKeys,
    request: &KeyedRequest,
    attempt: &RequestId,
    millis: i64,
) -> Claim<Decision> {
    keys.claim(request, attempt, moment(millis)).await.unwrap()
}

async fn a_completed_decision_is_repeated_until_the_key_expires(keys: impl KeepIdempotencyKeys) {
    let (request, first) = (request("fields"), attempt());
    assert_eq!(claim(&keys, &request, &first, 0).await, FRESH);
    assert!(keys.record(&request, &first, &decision(7)).await.unwrap());
    assert_eq!(claim(&keys, &request, &attempt(), 10).await, Claim::InUse);
    keys.complete(&request, &decision(7)).await.unwrap();
    assert_eq!(claim(&keys, &request, &attempt(), 20).await, Claim::Completed(decision(7)));
    let other = keyed_request(&request.id, "other fields");
    assert_eq!(claim(&keys, &other, &attempt(), 30).await, Claim::Reused);

    let expiry = i64::try_from(KEY_RETENTION.as_millis()).unwrap();
    let late = claim(&keys, &request, &attempt(), expiry - 1_000).await;
    assert_eq!(late, Claim::Completed(decision(7)));
    assert_eq!(claim(&keys, &other, &attempt(), expiry).await, FRESH, "the key has expired");
}

async fn a_key_is_held_for_a_limited_time(keys: impl KeepIdempotencyKeys) {
    let (request, first, second) = (request("fields"), attempt(), attempt());
    let hold = i64::try_from(KEY_HOLD.as_millis()).unwrap();
    assert_eq!(claim(&keys, &request, &first, 0).await, FRESH);
    assert_eq!(claim(&keys, &request, &second, hold - 1).await, Claim::InUse);
    assert_eq!(claim(&keys, &request, &second, hold).await, FRESH, "the first hold has ended");
    assert_eq!(claim(&keys, &request, &first, 2 * hold - 1).await, Claim::InUse);
    assert!(!keys.record(&request, &first, &decision(1)).await.unwrap(), "too late");
    assert!(keys.record(&request, &second, &decision(2)).await.unwrap());
    keys.complete(&request, &decision(1)).await.unwrap();
    let third = claim(&keys, &request, &attempt(), 2 * hold - 1).await;
    assert_eq!(third, Claim::InUse, "the completed decision is not the recorded one");
    let continued = claim(&keys, &request, &first, 2 * hold).await;
    assert_eq!(continued, Claim::Held { recorded: Some(decision(2)) });
    let repeated = keys.record(&request, &second, &decision(2)).await.unwrap();
    assert!(repeated, "the recorded decision stands, whoever records it again");
}

async fn a_released_key_continues_and_a_forgotten_key_starts_anew(keys: impl KeepIdempotencyKeys) {
    let (request, first, second) = (request("fields"), attempt(), attempt());
    claim(&keys, &request, &first, 0).await;
    keys.record(&request, &first, &decision(7)).await.unwrap();
    keys.release(&request, &second).await.unwrap();
    assert_eq!(claim(&keys, &request, &second, 1).await, Claim::InUse, "only its holder can release it");
    keys.release(&request, &first).await.unwrap();
    let continued = claim(&keys, &request, &second, 2).await;
    assert_eq!(continued, Claim::Held { recorded: Some(decision(7)) });
    assert!(!keys.forget(&request, &first).await.unwrap(), "the second attempt holds it now");
    assert!(keys.forget(&request, &second).await.unwrap());
    assert!(keys.forget(&request, &second).await.unwrap(), "it is forgotten already");
    assert_eq!(claim(&keys, &request, &first, 3).await, FRESH);
}

/// If a reply takes long, the SDK sends a call again, and the first copy may arrive after later calls.
async fn late_copies_of_calls_do_not_revive_a_forgotten_key(keys: impl KeepIdempotencyKeys) {
    let (request, first, second) = (request("fields"), attempt(), attempt());
    claim(&keys, &request, &first, 0).await;
    assert!(keys.record(&request, &first, &decision(7)).await.unwrap());
    assert!(keys.forget(&request, &first).await.unwrap());
    assert_eq!(claim(&keys, &request, &first, 0).await, Claim::InUse);
    assert!(!keys.record(&request, &first, &decision(7)).await.unwrap());

    let other = keyed_request(&request.id, "other fields");
    assert_eq!(claim(&keys, &other, &second, 1).await, FRESH, "the key is free");
    assert!(!keys.record(&request, &first, &decision(7)).await.unwrap());
    assert!(!keys.forget(&request, &first).await.unwrap());
    assert!(keys.record(&other, &second, &decision(8)).await.unwrap());
}

async fn one_of_many_attempts_gets_the_key(keys: impl KeepIdempotencyKeys + Clone + 'static) {
    let request = request("fields");
    for millis in [0, i64::try_from(KEY_HOLD.as_millis()).unwrap()] {
        let attempts: Vec<_> = (0..20)
            .map(|_| {
                let (keys, request) = (keys.clone(), request.clone());
                tokio::spawn(async move { claim(&keys, &request, &attempt(), millis).await })
            })
            .collect();
        let mut holders = 0;
        for attempt in attempts {
            match attempt.await.unwrap() {
                Claim::Held { recorded: None } => holders += 1,
                other => assert_eq!(other, Claim::InUse),
            }
        }
        assert_eq!(holders, 1, "at {millis} ms");
    }
}
