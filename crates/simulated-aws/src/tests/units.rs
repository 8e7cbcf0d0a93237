//! The request units of calls.

use crate::{Aws, Units};
use serde_json::{Value, json};

use super::{aws, exchange, ok};

fn cost(aws: &Aws, operation: &str, input: &Value) -> Units {
    exchange(aws, operation, input).call.units
}

fn written(write: f64) -> Units {
    Units { write, read: 0.0 }
}

fn read(read: f64) -> Units {
    Units { write: 0.0, read }
}

fn put(body: usize) -> Value {
    let item = json!({ "id": { "S": "a" }, "body": { "S": "x".repeat(body) } });
    json!({ "TableName": "Counters", "Item": item })
}

fn get(consistent: bool) -> Value {
    json!({ "TableName": "Counters", "Key": { "id": { "S": "a" } }, "ConsistentRead": consistent })
}

#[test]
fn a_write_costs_a_unit_per_kib_of_the_larger_image() {
    let aws = aws();
    assert_eq!(cost(&aws, "PutItem", &put(10)), written(1.0));
    assert_eq!(cost(&aws, "PutItem", &put(1_500)), written(2.0));
    assert_eq!(cost(&aws, "PutItem", &put(10)), written(2.0), "what it replaces counts");
    let delete = json!({ "TableName": "Counters", "Key": { "id": { "S": "a" } } });
    assert_eq!(cost(&aws, "DeleteItem", &delete), written(1.0));
}

#[test]
fn a_refused_write_costs_as_much_as_what_is_there() {
    let aws = aws();
    let refused = json!({
        "TableName": "Counters",
        "Key": { "id": { "S": "a" } },
        "UpdateExpression": "SET holder = :x",
        "ConditionExpression": "holder = :x",
        "ExpressionAttributeValues": { ":x": { "S": "x" } },
    });
    assert_eq!(cost(&aws, "UpdateItem", &refused), written(1.0), "no item");
    ok(&aws, "PutItem", &put(1_500));
    assert_eq!(cost(&aws, "UpdateItem", &refused), written(2.0));
}

fn application(name: &str) -> Value {
    json!({
        "id": { "S": "a" }, "name": { "S": name },
        "listing": { "S": "applications" }, "created_key": { "S": "1#a" },
    })
}

#[test]
fn an_index_costs_what_its_own_entry_costs() {
    let aws = aws();
    let put = |name| json!({ "TableName": "Applications", "Item": application(name) });
    assert_eq!(cost(&aws, "PutItem", &put("Tea")), written(2.0));
    assert_eq!(cost(&aws, "PutItem", &put("Tea")), written(1.0), "the entry in the index does not change");
    assert_eq!(cost(&aws, "PutItem", &put("Coffee")), written(1.0), "the index has only the keys");
    let mut unlisted = put("Tea");
    unlisted["Item"].as_object_mut().unwrap().remove("listing");
    assert_eq!(cost(&aws, "PutItem", &unlisted), written(2.0), "the entry in the index goes");
    assert_eq!(cost(&aws, "PutItem", &unlisted), written(1.0));
}

#[test]
fn a_transaction_costs_twice_as_much_for_the_tables() {
    let aws = aws();
    let put = |table: &str, item: Value| json!({ "Put": { "TableName": table, "Item": item } });
    let counter = json!({ "id": { "S": "a" } });
    let items = [put("Applications", application("Tea")), put("Counters", counter.clone())];
    assert_eq!(cost(&aws, "TransactWriteItems", &json!({ "TransactItems": items })), written(5.0));

    let mut refused = put("Counters", counter);
    refused["Put"]["ConditionExpression"] = json!("attribute_not_exists(id)");
    assert_eq!(cost(&aws, "TransactWriteItems", &json!({ "TransactItems": [refused] })), written(2.0));
}

#[test]
fn a_read_costs_a_unit_per_four_kib_and_half_if_eventually_consistent() {
    let aws = aws();
    assert_eq!(cost(&aws, "GetItem", &get(true)), read(1.0), "no item");
    ok(&aws, "PutItem", &put(5_000));
    assert_eq!(cost(&aws, "GetItem", &get(true)), read(2.0));
    assert_eq!(cost(&aws, "GetItem", &get(false)), read(1.0));
}

#[test]
fn a_batch_of_reads_costs_the_sum_of_its_items() {
    let aws = aws();
    ok(&aws, "PutItem", &put(5_000));
    let keys = ["a", "b"].map(|id| json!({ "id": { "S": id } }));
    let batch = |consistent: bool| json!({ "RequestItems": { "Counters": { "Keys": keys, "ConsistentRead": consistent } } });
    assert_eq!(cost(&aws, "BatchGetItem", &batch(true)), read(3.0), "and a unit for what is not there");
    assert_eq!(cost(&aws, "BatchGetItem", &batch(false)), read(1.5));
    let found = ok(&aws, "BatchGetItem", &batch(true));
    assert_eq!(found["Responses"]["Counters"].as_array().unwrap().len(), 1);
    assert_eq!(found["UnprocessedKeys"], json!({}));
}

#[test]
fn a_query_costs_the_sum_of_its_items() {
    let aws = aws();
    for number in 1..=3 {
        let item = json!({
            "chat": { "S": "c" }, "number": { "N": number.to_string() }, "body": { "S": "x".repeat(2_000) },
        });
        ok(&aws, "PutItem", &json!({ "TableName": "Messages", "Item": item }));
    }
    let query = json!({
        "TableName": "Messages",
        "KeyConditionExpression": "chat = :chat",
        "ExpressionAttributeValues": { ":chat": { "S": "c" } },
        "ConsistentRead": true,
    });
    assert_eq!(cost(&aws, "Query", &query), read(2.0), "6,000 bytes");
}

#[test]
fn batches_cost_the_sum_of_their_writes() {
    let aws = aws();
    let delete = |number: &str| json!({ "DeleteRequest": { "Key": { "chat": { "S": "c" }, "number": { "N": number } } } });
    let batch = json!({ "RequestItems": { "Messages": [delete("1"), delete("2")] } });
    assert_eq!(cost(&aws, "BatchWriteItem", &batch), written(2.0));
}

#[test]
fn the_reply_has_the_units_only_if_asked_for() {
    let aws = aws();
    assert_eq!(ok(&aws, "GetItem", &get(true)), json!({}));
    let mut asked = get(true);
    asked["ReturnConsumedCapacity"] = json!("TOTAL");
    let consumed = json!({ "TableName": "Counters", "CapacityUnits": 1.0 });
    assert_eq!(ok(&aws, "GetItem", &asked)["ConsumedCapacity"], consumed);
}
