//! What the log tells about each write.

use function_log::CapturedLog;
use serde_json::{Value, json};
use tracing::Level;

use super::*;

/// A chat and messages 1 and 2 in it, sent just now: records `chat`, `one` and `two`.
fn batch(application: &ApplicationId) -> Vec<Delivery> {
    let records = [chat(application, 1), message(application, 1, 1), message(application, 1, 2)];
    let sent = |(message_id, record): (&str, Delivery)| Delivery {
        message_id: message_id.to_owned(),
        receives: 1,
        sent_at: Timestamp::now(),
        ..record
    };
    ["chat", "one", "two"].into_iter().zip(records).map(sent).collect()
}

/// The lines of a batch, logged at the default level: the last one is about the batch, those before it are about what went
/// wrong.
async fn log(persist: &Handler<Fakes>, batch: &[Delivery]) -> (Vec<Value>, Value) {
    let log = CapturedLog::start(Level::WARN);
    persist.handle(batch).await;
    let mut lines = log.lines();
    for line in &lines {
        assert!(!line.to_string().contains("1/1"), "it has the text of a message: {line}");
    }
    let last = lines.pop().unwrap();
    assert_eq!(last["message"], "stored a batch");
    (lines, last)
}

fn listed(application: &ApplicationId, ids: &[&str], numbers: &Value) -> Value {
    json!([{
        "application": application.as_str(), "chat": 1, "message_id": ids, "message_number": numbers,
    }])
}

#[tokio::test]
async fn what_was_stored_is_logged_in_one_line_with_the_time_it_took() {
    let (persist, _, application) = setup();
    let (wrong, line) = log(&persist, &batch(&application)).await;
    assert_eq!(wrong, Vec::<Value>::new());
    let done = listed(&application, &["chat", "one", "two"], &json!([null, 1, 2]));
    assert_eq!(line["done"], done);
    assert_eq!(["failed", "buried", "index_later"].map(|list| line.get(list)), [None; 3]);
    let times = line["StoredAfter"].as_array().unwrap();
    assert!(times.len() == 3 && times.iter().all(|time| time.as_u64().unwrap() < 60_000), "{line}");
    assert_eq!((&line["BatchSize"], line.get("Failed")), (&json!(3), None));
}

#[tokio::test]
async fn what_failed_is_logged_with_its_cause_and_with_those_that_wait_for_it() {
    let (persist, tables, application) = setup();
    persist.handle(&[chat(&application, 1)]).await;
    let mut batch = batch(&application).split_off(1);
    batch[1].receives = 4;
    // The look at the chat succeeds, the first message fails.
    tables.faults.plan([Fault::None, Fault::Before]);
    let (wrong, line) = log(&persist, &batch).await;
    let [cause] = wrong.as_slice() else { panic!("{wrong:?}") };
    assert_eq!((&cause["level"], &cause["message_id"]), (&json!("WARN"), &json!("one")));
    assert_eq!((&cause["application"], &cause["chat"]), (&json!(application.as_str()), &json!(1)));
    assert_eq!((&cause["message_number"], &cause["revision"]), (&json!(1), &json!(99)));
    assert!(cause["cause"].as_str().unwrap().starts_with("the store failed"), "{cause}");
    assert_eq!(line["failed"], listed(&application, &["one", "two"], &json!([1, 2])));
    assert_eq!((line.get("done"), line.get("StoredAfter")), (None, None));
    assert_eq!((&line["Failed"], &line["Retries"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn what_was_buried_is_logged_with_its_reason() {
    let (persist, _, application) = setup();
    let mut batch = batch(&application);
    batch[1].record = "{\"version\":0}".to_owned();
    let (wrong, line) = log(&persist, &batch).await;
    let [reason] = wrong.as_slice() else { panic!("{wrong:?}") };
    assert_eq!((&reason["level"], &reason["message_id"]), (&json!("ERROR"), &json!("one")));
    assert_eq!(reason["reason"], "not a write of version 1: it has version 0");
    assert_eq!((&reason["application"], &reason["chat"]), (&json!(application.as_str()), &json!(1)));
    let buried = json!([{ "application": application.as_str(), "chat": 1, "message_id": ["one"] }]);
    assert_eq!((&line["buried"], &line["Buried"]), (&buried, &json!(1)));
    assert_eq!(line["done"][0]["message_id"], json!(["chat", "two"]));
}

#[tokio::test]
async fn a_stored_message_that_reindex_has_to_index_is_logged_as_such() {
    let (persist, _, application) = setup();
    persist.indexing.index.faults.plan([Fault::Before]);
    let (_, line) = log(&persist, &batch(&application)).await;
    assert_eq!(line["index_later"], listed(&application, &["one", "two"], &json!([1, 2])));
    assert_eq!(line["done"][0]["message_id"], json!(["chat", "one", "two"]));
    // If they cannot be queued either, their records come again.
    persist.indexing.queue.faults.plan([Fault::Before]);
    let (_, line) = log(&persist, &batch(&application)).await;
    assert_eq!((line.get("index_later"), &line["failed"][0]["message_id"]), (None, &json!(["one", "two"])));
}
