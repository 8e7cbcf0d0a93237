//! Idempotency keys: one holder at a time, and what was decided under a key stays decided.

use contracts::Stack;
use conversation::fake::FakeKeys;
use conversation::{
    Claim, KeepKeys, KeyedRequest, MessageNumber, Numbered, Revision, Ticket, Timestamp, Token,
};
use dynamodb_tables::Keys;

type Decided = Numbered<MessageNumber>;

/// Times count from here: what expires by real clocks would vanish from a real table.
fn moment(millis: i64) -> Timestamp {
    Timestamp::from_millis(4_000_000_000_000 + millis)
}

fn request(fingerprint: &str) -> KeyedRequest {
    KeyedRequest { id: Token::random().unwrap().as_str().to_owned(), fingerprint: fingerprint.to_owned() }
}

fn ticket() -> Ticket {
    Ticket::random().unwrap()
}

fn decision(number: u64) -> Decided {
    let (number, revision) = (MessageNumber::new(number).unwrap(), Revision::new(number + 1).unwrap());
    Numbered { number, revision, at: moment(3) }
}

async fn claim(keys: &impl KeepKeys, request: &KeyedRequest, ticket: &Ticket, at: i64) -> Claim<Decided> {
    keys.claim(request, ticket, moment(at)).await.unwrap()
}

const FRESH: Claim<Decided> = Claim::Ours { decided: None };

async fn a_finished_request_is_answered_again(keys: impl KeepKeys) {
    let (one, ours) = (request("one"), ticket());
    assert_eq!(claim(&keys, &one, &ours, 0).await, FRESH);
    assert!(keys.decide(&one, &ours, &decision(7)).await.unwrap());
    assert_eq!(claim(&keys, &one, &ticket(), 10).await, Claim::InUse);
    keys.complete(&one, &decision(7)).await.unwrap();
    assert_eq!(claim(&keys, &one, &ticket(), 20).await, Claim::Done(decision(7)));
    let other = KeyedRequest { fingerprint: "other".to_owned(), ..one.clone() };
    assert_eq!(claim(&keys, &other, &ticket(), 30).await, Claim::Reused);

    let day = 24 * 60 * 60 * 1_000;
    assert_eq!(claim(&keys, &one, &ticket(), day - 1_000).await, Claim::Done(decision(7)));
    assert_eq!(claim(&keys, &other, &ticket(), day).await, FRESH, "its time is over");
}

async fn a_key_is_held_for_a_while(keys: impl KeepKeys) {
    let (one, ours, theirs) = (request("one"), ticket(), ticket());
    assert_eq!(claim(&keys, &one, &ours, 0).await, FRESH);
    assert_eq!(claim(&keys, &one, &theirs, 4_999).await, Claim::InUse);
    assert_eq!(claim(&keys, &one, &theirs, 5_000).await, FRESH, "its holder is gone");
    assert_eq!(claim(&keys, &one, &ours, 9_999).await, Claim::InUse);
    assert!(!keys.decide(&one, &ours, &decision(1)).await.unwrap(), "too late");
    assert!(keys.decide(&one, &theirs, &decision(2)).await.unwrap());
    keys.complete(&one, &decision(1)).await.unwrap();
    assert_eq!(claim(&keys, &one, &ticket(), 9_999).await, Claim::InUse, "what is done was not decided");
    assert_eq!(claim(&keys, &one, &ours, 10_000).await, Claim::Ours { decided: Some(decision(2)) });
    assert!(keys.decide(&one, &theirs, &decision(2)).await.unwrap(), "it stands, whoever asks");
}

async fn a_released_key_goes_on_and_a_forgotten_one_starts_anew(keys: impl KeepKeys) {
    let (one, ours, theirs) = (request("one"), ticket(), ticket());
    claim(&keys, &one, &ours, 0).await;
    keys.decide(&one, &ours, &decision(7)).await.unwrap();
    keys.release(&one, &theirs).await.unwrap();
    assert_eq!(claim(&keys, &one, &theirs, 1).await, Claim::InUse, "released by somebody else");
    keys.release(&one, &ours).await.unwrap();
    assert_eq!(claim(&keys, &one, &theirs, 2).await, Claim::Ours { decided: Some(decision(7)) });
    assert!(!keys.forget(&one, &ours).await.unwrap(), "it is theirs now");
    assert!(keys.forget(&one, &theirs).await.unwrap());
    assert!(keys.forget(&one, &theirs).await.unwrap(), "forgotten already");
    assert_eq!(claim(&keys, &one, &ours, 3).await, FRESH);
}

async fn one_of_many_gets_the_key(keys: impl KeepKeys + Clone + 'static) {
    let one = request("one");
    for at in [0, 5_000] {
        let askers: Vec<_> = (0..20)
            .map(|_| {
                let (keys, one) = (keys.clone(), one.clone());
                tokio::spawn(async move { claim(&keys, &one, &ticket(), at).await })
            })
            .collect();
        let mut holders = 0;
        for asker in askers {
            match asker.await.unwrap() {
                Claim::Ours { decided: None } => holders += 1,
                other => assert_eq!(other, Claim::InUse),
            }
        }
        assert_eq!(holders, 1, "at {at}");
    }
}

fn real() -> Keys {
    Keys::new(&Stack::of_tests().config(), "chatlog-idempotency-keys")
}

#[tokio::test]
async fn the_fake_answers_a_finished_request_again() {
    a_finished_request_is_answered_again(FakeKeys::default()).await;
}

#[tokio::test]
async fn dynamodb_answers_a_finished_request_again() {
    a_finished_request_is_answered_again(real()).await;
}

#[tokio::test]
async fn the_fake_holds_a_key_for_a_while() {
    a_key_is_held_for_a_while(FakeKeys::default()).await;
}

#[tokio::test]
async fn dynamodb_holds_a_key_for_a_while() {
    a_key_is_held_for_a_while(real()).await;
}

#[tokio::test]
async fn the_fake_releases_and_forgets() {
    a_released_key_goes_on_and_a_forgotten_one_starts_anew(FakeKeys::default()).await;
}

#[tokio::test]
async fn dynamodb_releases_and_forgets() {
    a_released_key_goes_on_and_a_forgotten_one_starts_anew(real()).await;
}

#[tokio::test]
async fn the_fake_gives_the_key_to_one() {
    one_of_many_gets_the_key(FakeKeys::default()).await;
}

#[tokio::test]
async fn dynamodb_gives_the_key_to_one() {
    one_of_many_gets_the_key(real()).await;
}
