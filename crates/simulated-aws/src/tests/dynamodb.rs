use crate::Aws;
use serde_json::{Value, json};

use super::{aws, error, ok};

fn counter(aws: &Aws) -> Value {
    ok(aws, "GetItem", &json!({ "TableName": "Counters", "Key": { "id": { "S": "a" } } }))["Item"].clone()
}

fn put_counter(aws: &Aws) {
    let item = json!({ "id": { "S": "a" }, "last": { "N": "0" }, "revision": { "N": "0" } });
    ok(aws, "PutItem", &json!({ "TableName": "Counters", "Item": item }));
}

/// The allocation of a number, as `Counters` sends it.
fn allocation(request_id: &str) -> Value {
    json!({
        "TableName": "Counters",
        "Key": { "id": { "S": "a" } },
        "UpdateExpression": "SET holder = :holder ADD #last :one, revision :one",
        "ConditionExpression":
            "attribute_exists(id) AND attribute_not_exists(closed) AND \
             (attribute_not_exists(holder) OR holder <> :holder)",
        "ExpressionAttributeNames": { "#last": "last" },
        "ExpressionAttributeValues": { ":holder": { "S": request_id }, ":one": { "N": "1" } },
        "ReturnValues": "ALL_NEW",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    })
}

fn update(expression: &str, values: &Value) -> Value {
    json!({
        "TableName": "Counters",
        "Key": { "id": { "S": "a" } },
        "UpdateExpression": expression,
        "ExpressionAttributeValues": values,
        "ReturnValues": "UPDATED_NEW",
    })
}

#[test]
fn a_missing_item_is_read_as_none() {
    assert_eq!(counter(&aws()), Value::Null);
}

#[test]
fn an_update_returns_the_new_item() {
    let aws = aws();
    put_counter(&aws);
    let item = json!({
        "id": { "S": "a" }, "holder": { "S": "x" }, "last": { "N": "1" }, "revision": { "N": "1" },
    });
    assert_eq!(ok(&aws, "UpdateItem", &allocation("x"))["Attributes"], item);
    assert_eq!(counter(&aws), item);
}

#[test]
fn a_failed_condition_returns_the_item_only_if_asked_to() {
    let aws = aws();
    let (kind, body) = error(&aws, "UpdateItem", &allocation("x"));
    assert_eq!((kind.as_str(), &body["Item"]), ("ConditionalCheckFailedException", &Value::Null), "no item");
    put_counter(&aws);
    ok(&aws, "UpdateItem", &allocation("x"));
    let (_, body) = error(&aws, "UpdateItem", &allocation("x"));
    assert_eq!(body["Item"], counter(&aws));
    let mut silent = allocation("x");
    silent.as_object_mut().unwrap().remove("ReturnValuesOnConditionCheckFailure");
    let (kind, body) = error(&aws, "UpdateItem", &silent);
    assert_eq!((kind.as_str(), &body["Item"]), ("ConditionalCheckFailedException", &Value::Null));
    assert_eq!(counter(&aws)["last"], json!({ "N": "1" }), "a refused update changes nothing");
}

#[test]
fn an_update_creates_a_missing_item() {
    let aws = aws();
    ok(&aws, "UpdateItem", &update("SET closed = :true", &json!({ ":true": { "BOOL": true } })));
    assert_eq!(counter(&aws), json!({ "id": { "S": "a" }, "closed": { "BOOL": true } }));
}

#[test]
fn set_keeps_existing_attributes_if_told_so() {
    let aws = aws();
    let first = update(
        "SET revision = if_not_exists(revision, :new), opener = if_not_exists(opener, :opener)",
        &json!({ ":new": { "N": "7" }, ":opener": { "S": "x" } }),
    );
    put_counter(&aws);
    let changed = ok(&aws, "UpdateItem", &first);
    assert_eq!(changed["Attributes"], json!({ "revision": { "N": "0" }, "opener": { "S": "x" } }));
}

#[test]
fn add_counts_from_zero_and_below() {
    let aws = aws();
    let add = update("ADD messages_count :delta", &json!({ ":delta": { "N": "-2" } }));
    for expected in ["-2", "-4"] {
        assert_eq!(ok(&aws, "UpdateItem", &add)["Attributes"]["messages_count"], json!({ "N": expected }));
    }
}

#[test]
fn number_sets_are_stored_and_removed() {
    let aws = aws();
    let set = update(
        "SET ledger_missing = :missing, ledger_high = :high",
        &json!({ ":missing": { "NS": ["3", "20", "100"] }, ":high": { "N": "120" } }),
    );
    ok(&aws, "UpdateItem", &set);
    let mut numbers: Vec<u64> = counter(&aws)["ledger_missing"]["NS"]
        .as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_str().unwrap().parse().unwrap())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, [3, 20, 100]);

    let remove = update(
        "SET ledger_high = :high REMOVE ledger_missing ADD ledger_version :one",
        &json!({ ":high": { "N": "121" }, ":one": { "N": "1" } }),
    );
    ok(&aws, "UpdateItem", &remove);
    let expected =
        json!({ "id": { "S": "a" }, "ledger_high": { "N": "121" }, "ledger_version": { "N": "1" } });
    assert_eq!(counter(&aws), expected);
}

#[test]
fn an_update_can_return_the_old_item() {
    let aws = aws();
    let mut set = update("SET revision = :new", &json!({ ":new": { "N": "7" } }));
    set["ReturnValues"] = json!("ALL_OLD");
    assert_eq!(ok(&aws, "UpdateItem", &set)["Attributes"], Value::Null, "there is no old item");
    let old = counter(&aws);
    assert_eq!(ok(&aws, "UpdateItem", &set)["Attributes"], old);
}

#[test]
fn conditions_compare_and_combine() {
    let aws = aws();
    put_counter(&aws);
    let values = json!({ ":zero": { "N": "0" }, ":one": { "N": "1" }, ":text": { "S": "0" } });
    for (condition, holds) in [
        ("revision IN (:one, :zero)", true),
        ("revision IN (:one, :text)", false),
        ("revision < :one AND revision >= :zero", true),
        ("NOT revision < :one OR attribute_exists(id)", true),
        ("revision > :zero OR (revision <= :zero AND attribute_exists(closed))", false),
        ("revision <> :text AND revision < :one", true),
        ("closed < :one OR closed = :text", false),
    ] {
        let used = values.as_object().unwrap().iter().filter(|(name, _)| condition.contains(*name));
        let used: Value = used.map(|(name, value)| (name.clone(), value.clone())).collect();
        let mut set = update("SET holder = :holder", &used);
        set["ExpressionAttributeValues"][":holder"] = json!({ "S": "x" });
        set["ConditionExpression"] = json!(condition);
        if holds {
            ok(&aws, "UpdateItem", &set);
        } else {
            assert_eq!(error(&aws, "UpdateItem", &set).0, "ConditionalCheckFailedException", "{condition}");
        }
    }
}

#[test]
fn a_put_replaces_the_item_if_its_condition_holds() {
    let aws = aws();
    let put = |text: &str, now: u64| {
        json!({
            "TableName": "IdempotencyKeys",
            "Item": { "id": { "S": "k" }, "claimant": { "S": text }, "expires_at": { "N": "10" } },
            "ConditionExpression": "attribute_not_exists(id) OR expires_at <= :now",
            "ExpressionAttributeValues": { ":now": { "N": now.to_string() } },
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        })
    };
    ok(&aws, "PutItem", &put("first", 1));
    let (kind, body) = error(&aws, "PutItem", &put("second", 1));
    assert_eq!(kind, "ConditionalCheckFailedException");
    assert_eq!(body["Item"]["claimant"], json!({ "S": "first" }));
    ok(&aws, "PutItem", &put("third", 10));
    let (_, body) = error(&aws, "PutItem", &put("fourth", 1));
    assert_eq!(body["Item"]["claimant"], json!({ "S": "third" }));
}

#[test]
fn a_delete_removes_the_item_if_its_condition_holds() {
    let aws = aws();
    let delete = |opener: &str| {
        json!({
            "TableName": "Counters",
            "Key": { "id": { "S": "a" } },
            "ConditionExpression": "attribute_not_exists(id) OR opener = :opener",
            "ExpressionAttributeValues": { ":opener": { "S": opener } },
        })
    };
    ok(&aws, "DeleteItem", &delete("x"));
    ok(&aws, "UpdateItem", &update("SET opener = :opener", &json!({ ":opener": { "S": "x" } })));
    assert_eq!(error(&aws, "DeleteItem", &delete("y")).0, "ConditionalCheckFailedException");
    assert_ne!(counter(&aws), Value::Null);
    ok(&aws, "DeleteItem", &delete("x"));
    assert_eq!(counter(&aws), Value::Null);
}

fn creation(id: &str) -> Value {
    let put = |table, key, item| {
        json!({ "Put": {
            "TableName": table,
            "Item": item,
            "ConditionExpression": "attribute_not_exists(#key)",
            "ExpressionAttributeNames": { "#key": key },
        } })
    };
    let application = json!({
        "id": { "S": id }, "name": { "S": "Tea house" },
        "listing": { "S": "applications" }, "created_key": { "S": format!("{id}#created") },
    });
    let counter = json!({ "id": { "S": id }, "last": { "N": "0" } });
    json!({ "TransactItems": [put("Applications", "id", application), put("Counters", "id", counter)] })
}

#[test]
fn a_transaction_writes_everything_or_nothing() {
    let aws = aws();
    put_counter(&aws);
    let (kind, body) = error(&aws, "TransactWriteItems", &creation("a"));
    assert_eq!(kind, "TransactionCanceledException");
    let codes: Vec<&Value> =
        body["CancellationReasons"].as_array().unwrap().iter().map(|reason| &reason["Code"]).collect();
    assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
    let application = json!({ "TableName": "Applications", "Key": { "id": { "S": "a" } } });
    assert_eq!(ok(&aws, "GetItem", &application)["Item"], Value::Null);

    ok(&aws, "TransactWriteItems", &creation("b"));
    let application = json!({ "TableName": "Applications", "Key": { "id": { "S": "b" } } });
    assert_eq!(ok(&aws, "GetItem", &application)["Item"]["name"], json!({ "S": "Tea house" }));
}

fn put_messages(aws: &Aws, count: u64, body: &str) {
    for number in 1..=count {
        let item = json!({
            "chat": { "S": "c" }, "number": { "N": number.to_string() }, "body": { "S": body },
        });
        ok(aws, "PutItem", &json!({ "TableName": "Messages", "Item": item }));
    }
}

fn numbers(page: &Value) -> Vec<u64> {
    let items = page["Items"].as_array().unwrap().iter();
    items.map(|item| item["number"]["N"].as_str().unwrap().parse().unwrap()).collect()
}

fn query(condition: &str, more: Value) -> Value {
    let mut input = json!({
        "TableName": "Messages",
        "KeyConditionExpression": format!("#partition = :partition{condition}"),
        "ExpressionAttributeNames": { "#partition": "chat" },
        "ExpressionAttributeValues": { ":partition": { "S": "c" } },
    });
    if !condition.is_empty() {
        input["ExpressionAttributeNames"]["#sort"] = json!("number");
        input["ExpressionAttributeValues"][":after"] = json!({ "N": "9" });
    }
    let Value::Object(more) = more else { panic!("an object") };
    input.as_object_mut().unwrap().extend(more);
    input
}

#[test]
fn a_query_pages_in_numerical_order_both_ways() {
    let aws = aws();
    put_messages(&aws, 12, "tea");
    let page = ok(&aws, "Query", &query("", json!({ "Limit": 2 })));
    assert_eq!(numbers(&page), [1, 2]);
    assert_eq!(page["LastEvaluatedKey"], json!({ "chat": { "S": "c" }, "number": { "N": "2" } }));
    let last = ok(&aws, "Query", &query(" AND #sort > :after", json!({ "Limit": 4 })));
    assert_eq!((numbers(&last), &last["LastEvaluatedKey"]), (vec![10, 11, 12], &Value::Null));
    let descending = json!({ "Limit": 2, "ScanIndexForward": false });
    assert_eq!(numbers(&ok(&aws, "Query", &query("", descending.clone()))), [12, 11]);
    assert_eq!(numbers(&ok(&aws, "Query", &query(" AND #sort < :after", descending))), [8, 7]);
}

#[test]
fn a_query_projects_the_items() {
    let aws = aws();
    put_messages(&aws, 1, "tea");
    let mut input = query("", json!({ "ProjectionExpression": "#number", "ConsistentRead": true }));
    input["ExpressionAttributeNames"]["#number"] = json!("number");
    assert_eq!(ok(&aws, "Query", &input)["Items"], json!([{ "number": { "N": "1" } }]));
}

#[test]
fn a_page_ends_at_one_megabyte() {
    let aws = aws();
    put_messages(&aws, 30, &"x".repeat(60_000));
    let page = ok(&aws, "Query", &query("", json!({})));
    assert!((15..=18).contains(&numbers(&page).len()), "{:?}", numbers(&page));
    assert_ne!(page["LastEvaluatedKey"], Value::Null);
}

#[test]
fn an_index_lists_the_items_of_the_table() {
    let aws = aws();
    for id in ["a", "b", "c"] {
        ok(&aws, "TransactWriteItems", &creation(id));
    }
    let page = ok(
        &aws,
        "Query",
        &json!({
            "TableName": "Applications",
            "IndexName": "by-creation-time",
            "KeyConditionExpression": "#partition = :partition AND #sort > :after",
            "ExpressionAttributeNames": { "#partition": "listing", "#sort": "created_key" },
            "ExpressionAttributeValues": {
                ":partition": { "S": "applications" }, ":after": { "S": "a#created" },
            },
            "Limit": 1,
        }),
    );
    assert_eq!(page["Items"][0]["id"], json!({ "S": "b" }));
    assert_eq!(
        page["LastEvaluatedKey"],
        json!({
            "id": { "S": "b" }, "listing": { "S": "applications" }, "created_key": { "S": "b#created" },
        })
    );
}

#[test]
fn a_batch_deletes_items() {
    let aws = aws();
    put_messages(&aws, 3, "tea");
    let delete = |number: &str| json!({ "DeleteRequest": { "Key": { "chat": { "S": "c" }, "number": { "N": number } } } });
    let batch = json!({ "RequestItems": { "Messages": [delete("1"), delete("3"), delete("99")] } });
    assert_eq!(ok(&aws, "BatchWriteItem", &batch)["UnprocessedItems"], json!({}));
    assert_eq!(numbers(&ok(&aws, "Query", &query("", json!({})))), [2]);
    let keys: Vec<Value> = (1..=26).map(|number| delete(&number.to_string())).collect();
    let too_large = json!({ "RequestItems": { "Messages": keys } });
    assert_eq!(error(&aws, "BatchWriteItem", &too_large).0, "ValidationException");
}

/// What DynamoDB refuses and a forgiving stub would let pass.
#[test]
fn invalid_calls_are_refused() {
    let aws = aws();
    let reserved = update("SET last = :last", &json!({ ":last": { "N": "1" } }));
    assert_eq!(error(&aws, "UpdateItem", &reserved).0, "ValidationException");
    let unused = update("SET holder = :x", &json!({ ":x": { "S": "x" }, ":unused": { "S": "x" } }));
    assert_eq!(error(&aws, "UpdateItem", &unused).0, "ValidationException");
    let elsewhere = json!({ "TableName": "Elsewhere", "Key": { "id": { "S": "a" } } });
    assert_eq!(error(&aws, "GetItem", &elsewhere).0, "ResourceNotFoundException");
    let no_key = json!({ "TableName": "Counters", "Key": { "name": { "S": "a" } } });
    assert_eq!(error(&aws, "GetItem", &no_key).0, "ValidationException");
    aws.call("test", "DynamoDB_20120810.CreateBackup", b"{\"TableName\":\"Counters\"}").unwrap_err();
    aws.call("test", "DynamoDB_20120810.GetItem", b"[]").unwrap_err();
}
