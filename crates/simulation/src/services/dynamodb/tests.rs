use serde_json::json;

use super::*;
use crate::region::template;

fn tables() -> DynamoDb {
    DynamoDb::new(&template().unwrap()).unwrap()
}

fn at(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The error of a call; empty if there is none.
fn call(tables: &DynamoDb, operation: &str, input: &Value, now: Duration) -> String {
    let (target, body) = (format!("DynamoDB_20120810.{operation}"), input.to_string());
    let request = Request { caller: "test", target: &target, body: body.as_bytes(), input };
    error(&tables.perform(request, now).unwrap())
}

/// The name of the error.
fn error(reply: &Reply) -> String {
    let kind = reply.body.get("__type").and_then(Value::as_str).unwrap_or_default();
    kind.rsplit('#').next().unwrap().to_owned()
}

/// Puts a message with a body of this many bytes.
fn put(tables: &DynamoDb, chat: &str, number: u32, bytes: usize, now: Duration) -> String {
    let item = json!({
        "chat": { "S": chat }, "number": { "N": number.to_string() }, "body": { "S": "x".repeat(bytes) },
    });
    call(tables, "PutItem", &json!({ "TableName": "Messages", "Item": item }), now)
}

fn get(tables: &DynamoDb, chat: &str, number: u32, now: Duration) -> String {
    let key = json!({ "chat": { "S": chat }, "number": { "N": number.to_string() } });
    call(tables, "GetItem", &json!({ "TableName": "Messages", "Key": key, "ConsistentRead": true }), now)
}

const THROTTLED: &str = "ThrottlingException";

#[test]
fn a_partition_takes_1_000_write_units_a_second() {
    let tables = tables();
    // 100 units each.
    for number in 0..10 {
        assert_eq!(put(&tables, "a", number, 99 * 1024, at(0)), "");
    }
    assert_eq!(put(&tables, "a", 10, 1, at(0)), THROTTLED);
    assert_eq!(put(&tables, "b", 10, 1, at(0)), "", "another partition");
    assert_eq!(get(&tables, "a", 0, at(0)), "", "reads have units of their own");
    assert_eq!(put(&tables, "a", 10, 99 * 1024, at(10)), "", "10 units are back");
    assert_eq!(put(&tables, "a", 11, 1, at(90)), THROTTLED, "90 are overdrawn");
    assert_eq!(put(&tables, "a", 11, 1, at(110)), "");
}

#[test]
fn a_batch_of_reads_leaves_out_the_keys_of_a_throttled_partition() {
    let tables = tables();
    let batch = |chats: &[&str], now| {
        let key = |chat: &&str| json!({ "chat": { "S": chat }, "number": { "N": "1" } });
        let keys: Vec<Value> = chats.iter().map(key).collect();
        let input = json!({ "RequestItems": { "Messages": { "Keys": keys, "ConsistentRead": true } } });
        let target = "DynamoDB_20120810.BatchGetItem";
        let body = input.to_string();
        let request = Request { caller: "test", target, body: body.as_bytes(), input: &input };
        tables.perform(request, now).unwrap()
    };
    for chat in ["a", "b"] {
        assert_eq!(put(&tables, chat, 1, 300 * 1024, at(0)), "");
    }
    while get(&tables, "a", 1, at(0)).is_empty() {}
    let reply = batch(&["a", "b", "c"], at(0));
    let rows = reply.body["Responses"]["Messages"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| &row["chat"]["S"]).collect::<Vec<_>>(), ["b"]);
    let unprocessed = &reply.body["UnprocessedKeys"]["Messages"];
    assert_eq!((&unprocessed["Keys"][0]["chat"]["S"], &unprocessed["Keys"][1]), (&json!("a"), &Value::Null));
    assert_eq!(unprocessed["ConsistentRead"], true);
    assert_eq!(error(&batch(&["a"], at(0))), THROTTLED);
    let reply = batch(&["a", "b"], at(1_000));
    assert_eq!(reply.body["Responses"]["Messages"].as_array().unwrap().len(), 2);
    assert_eq!(reply.body["UnprocessedKeys"], json!({}));
}

#[test]
fn a_partition_takes_3_000_read_units_a_second() {
    let tables = tables();
    // 99 units a read.
    assert_eq!(put(&tables, "a", 0, 392 * 1024, at(0)), "");
    for _ in 0..31 {
        assert_eq!(get(&tables, "a", 0, at(1_000)), "");
    }
    assert_eq!(get(&tables, "a", 0, at(1_000)), THROTTLED);
    assert_eq!(get(&tables, "b", 0, at(1_000)), "");
    let query = |chat: &str| {
        let input = json!({
            "TableName": "Messages", "KeyConditionExpression": "chat = :chat",
            "ExpressionAttributeValues": { ":chat": { "S": chat } },
        });
        call(&tables, "Query", &input, at(1_000))
    };
    assert_eq!(query("a"), THROTTLED);
    assert_eq!(query("b"), "");
    assert_eq!(put(&tables, "a", 1, 1, at(1_000)), "", "writes have units of their own");
}

/// Puts an application, which the index lists, with a name of this many bytes.
fn put_application(tables: &DynamoDb, id: u32, bytes: usize, now: Duration) -> String {
    let item = json!({
        "id": { "S": id.to_string() }, "listing": { "S": "all" },
        "created_key": { "S": id.to_string() }, "name": { "S": "x".repeat(bytes) },
    });
    call(tables, "PutItem", &json!({ "TableName": "Applications", "Item": item }), now)
}

fn list_applications(tables: &DynamoDb, now: Duration) -> String {
    let input = json!({
        "TableName": "Applications", "IndexName": "by-creation-time", "KeyConditionExpression": "listing = :all",
        "ExpressionAttributeValues": { ":all": { "S": "all" } },
    });
    call(tables, "Query", &input, now)
}

#[test]
fn an_index_without_write_units_throttles_all_writes_to_its_table() {
    let tables = tables();
    let mut taken = 0;
    // Each in a partition of its own, but all in one partition of the index.
    while put_application(&tables, taken, 99 * 1024, at(0)).is_empty() {
        taken += 1;
        assert!(taken < 100, "nothing is throttled");
    }
    assert_eq!(taken, 20, "half of the units are those of the index");
    let key = json!({ "TableName": "Applications", "Key": { "id": { "S": "5" } } });
    let mut count = key.clone();
    count["UpdateExpression"] = json!("ADD chats_count :one");
    count["ExpressionAttributeValues"] = json!({ ":one": { "N": "1" } });
    assert_eq!(call(&tables, "UpdateItem", &count, at(0)), "", "the index has only keys");
    assert_eq!(call(&tables, "DeleteItem", &key, at(0)), THROTTLED);
    assert_eq!(call(&tables, "GetItem", &key, at(0)), "", "reads of the table do not touch the index");
    assert_eq!(list_applications(&tables, at(0)), "");
    assert_eq!(put(&tables, "a", 1, 1, at(0)), "", "another table");
    assert_eq!(put_application(&tables, 99, 1, at(1_000)), "");
}

#[test]
fn an_index_without_read_units_throttles_no_writes() {
    let tables = tables();
    for id in 0..10 {
        assert_eq!(put_application(&tables, id, 99 * 1024, at(0)), "");
    }
    let mut read = 0;
    while list_applications(&tables, at(5_000)).is_empty() {
        read += 1;
        assert!(read < 10_000, "nothing is throttled");
    }
    assert_eq!(put_application(&tables, 10, 1, at(5_000)), "");
}

fn begin(tables: &DynamoDb, operation: &str, input: &Value) -> Result<Option<Transaction>, Reply> {
    let target = format!("DynamoDB_20120810.{operation}");
    tables.begin(Request { caller: "test", target: &target, body: b"", input })
}

fn transaction(ids: &[&str], token: &str) -> Value {
    let put = |id: &&str| json!({ "Put": { "TableName": "Counters", "Item": { "id": { "S": id } } } });
    json!({ "TransactItems": ids.iter().map(put).collect::<Vec<_>>(), "ClientRequestToken": token })
}

#[test]
fn a_write_conflicts_with_a_transaction_under_way() {
    let tables = tables();
    let first = begin(&tables, "TransactWriteItems", &transaction(&["a", "b"], "1")).unwrap().unwrap();
    let update = |id: &str| json!({ "TableName": "Counters", "Key": { "id": { "S": id } } });
    for operation in ["PutItem", "UpdateItem", "DeleteItem"] {
        let refusal = begin(&tables, operation, &update("b")).unwrap_err();
        assert_eq!(error(&refusal), "TransactionConflictException");
        assert!(begin(&tables, operation, &update("c")).unwrap().is_none());
    }
    assert!(begin(&tables, "GetItem", &update("b")).unwrap().is_none(), "reads do not conflict");
    let refusal = begin(&tables, "TransactWriteItems", &transaction(&["c", "b"], "2")).unwrap_err();
    let codes: Vec<&Value> = refusal.body["CancellationReasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| &reason["Code"])
        .collect();
    assert_eq!(codes, ["None", "TransactionConflict"]);
    assert_eq!(error(&refusal), "TransactionCanceledException");
    let refusal = begin(&tables, "TransactWriteItems", &transaction(&["a", "b"], "1")).unwrap_err();
    assert_eq!(error(&refusal), "TransactionInProgressException");
    tables.end(first);
    assert!(begin(&tables, "UpdateItem", &update("b")).is_ok());
    assert!(begin(&tables, "TransactWriteItems", &transaction(&["c", "b"], "2")).unwrap().is_some());
}
