use deployment_template::{Attribute, AttributeType, Index, Key, Projection, Table};
use serde_json::{Value, json};

/// The input of `CreateTable` for a table of the template, with its logical id as its name.
pub(crate) fn creation(table: &Table) -> Value {
    let mut attributes: Vec<Value> = Vec::new();
    for key in [&table.key].into_iter().chain(table.indexes.iter().map(|index| &index.key)) {
        for definition in [Some(&key.partition), key.sort.as_ref()].into_iter().flatten().map(definition) {
            if !attributes.contains(&definition) {
                attributes.push(definition);
            }
        }
    }
    let mut input = json!({
        "TableName": table.id,
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": attributes,
        "KeySchema": schema(&table.key),
    });
    if let (false, Some(input)) = (table.indexes.is_empty(), input.as_object_mut()) {
        input.insert("GlobalSecondaryIndexes".to_owned(), table.indexes.iter().map(index).collect());
    }
    input
}

fn definition(attribute: &Attribute) -> Value {
    let kind = match attribute.kind {
        AttributeType::String => "S",
        AttributeType::Number => "N",
        AttributeType::Binary => "B",
    };
    json!({ "AttributeName": attribute.name, "AttributeType": kind })
}

fn schema(key: &Key) -> Value {
    let element = |attribute: &Attribute, kind| json!({ "AttributeName": attribute.name, "KeyType": kind });
    let sort = key.sort.as_ref().map(|sort| element(sort, "RANGE"));
    [element(&key.partition, "HASH")].into_iter().chain(sort).collect()
}

fn index(index: &Index) -> Value {
    let projection = match index.projection {
        Projection::All => "ALL",
        Projection::KeysOnly => "KEYS_ONLY",
    };
    json!({
        "IndexName": index.name,
        "KeySchema": schema(&index.key),
        "Projection": { "ProjectionType": projection },
    })
}
