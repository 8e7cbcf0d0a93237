use std::collections::HashMap;

use deployment_template::{Projection, Table, Template};
use serde_json::Value;

use super::budgets::{Access, Partition, Partitions};

/// What the simulation knows of a table.
#[derive(Debug)]
struct Schema {
    partition: String,
    sort: Option<String>,
    indexes: Vec<Index>,
}

#[derive(Debug)]
struct Index {
    name: String,
    /// The attributes of its key, if it has no others.
    keys_only: Option<Vec<String>>,
}

impl Index {
    fn new(index: &deployment_template::Index) -> Self {
        let sort = index.key.sort.as_ref().map(|sort| sort.name.clone());
        let keys = [index.key.partition.name.clone()].into_iter().chain(sort).collect();
        let keys_only = (index.projection == Projection::KeysOnly).then_some(keys);
        Self { name: index.name.clone(), keys_only }
    }

    /// Whether a write of one item may change the index: an update of other attributes than its key does not.
    fn is_written_by(&self, update: Option<&str>) -> bool {
        match (&self.keys_only, update) {
            (Some(keys), Some(update)) => keys.iter().any(|key| update.contains(key.as_str())),
            _ => true,
        }
    }
}

/// The tables of a template, by logical id.
#[derive(Debug)]
pub(super) struct Schemas(HashMap<String, Schema>);

impl Schemas {
    pub(super) fn new(template: &Template) -> Self {
        let schema = |table: &Table| {
            let schema = Schema {
                partition: table.key.partition.name.clone(),
                sort: table.key.sort.as_ref().map(|sort| sort.name.clone()),
                indexes: table.indexes.iter().map(Index::new).collect(),
            };
            (table.id.clone(), schema)
        };
        Self(template.tables.iter().map(schema).collect())
    }

    /// The partitions that a call touches, and how.
    pub(super) fn partitions(&self, input: &Value) -> Partitions {
        let mut partitions = Partitions::new();
        if let Some(actions) = input.get("TransactItems").and_then(Value::as_array) {
            for action in actions.iter().filter_map(Value::as_object).flat_map(|action| action.values()) {
                self.add_write(action, &mut partitions);
            }
        } else if let Some(tables) = input.get("RequestItems").and_then(Value::as_object) {
            for (table, requests) in tables {
                for request in requests.as_array().into_iter().flatten() {
                    let pointers = ["/DeleteRequest/Key", "/PutRequest/Item"];
                    let item = pointers.into_iter().find_map(|pointer| request.pointer(pointer));
                    self.add_write_of(table, item, None, &mut partitions);
                }
                let read = requests.get("Keys").and_then(Value::as_array).into_iter().flatten();
                let read = read.filter_map(|key| self.partition(table, Some(key)));
                partitions.extend(read.map(|partition| (partition, Access::Read)));
            }
        } else if input.get("KeyConditionExpression").is_some() {
            partitions.extend(self.queried(input).map(|partition| (partition, Access::Read)));
        } else {
            self.add_write(input, &mut partitions);
        }
        partitions
    }

    /// The partition that `GetItem` reads.
    pub(super) fn read(&self, input: &Value) -> Partitions {
        let table = input.get("TableName").and_then(Value::as_str).unwrap_or_default();
        let partition = self.partition(table, input.get("Key"));
        partition.map(|partition| (partition, Access::Read)).into_iter().collect()
    }

    fn add_write(&self, input: &Value, partitions: &mut Partitions) {
        if let Some(table) = input.get("TableName").and_then(Value::as_str) {
            let update = input.get("UpdateExpression").and_then(Value::as_str);
            self.add_write_of(table, input.get("Key").or_else(|| input.get("Item")), update, partitions);
        }
    }

    /// An index without units left refuses writes to its table.
    /// Source: "Understanding Global Secondary Index (GSI) write throttling and back pressure in DynamoDB" in the Amazon
    /// DynamoDB developer guide.
    fn add_write_of(
        &self,
        table: &str,
        item: Option<&Value>,
        update: Option<&str>,
        partitions: &mut Partitions,
    ) {
        let Some(partition) = self.partition(table, item) else { return };
        partitions.insert((partition, Access::Write));
        let indexes = self.0.get(table).into_iter().flat_map(|schema| &schema.indexes);
        let indexes = indexes.filter(|index| index.is_written_by(update));
        partitions.extend(indexes.map(|index| (index_partition(table, &index.name), Access::Write)));
    }

    pub(super) fn partition(&self, table: &str, item: Option<&Value>) -> Option<Partition> {
        let key = &self.0.get(table)?.partition;
        Some((table.to_owned(), item?.get(key)?.get("S")?.as_str()?.to_owned()))
    }

    /// The index, or the value in `<partition key> = :placeholder`.
    fn queried(&self, input: &Value) -> Option<Partition> {
        let table = input.get("TableName")?.as_str()?;
        if let Some(index) = input.get("IndexName").and_then(Value::as_str) {
            return Some(index_partition(table, index));
        }
        let key = &self.0.get(table)?.partition;
        let condition = input.get("KeyConditionExpression")?.as_str()?;
        let (_, rest) = condition.split_once(&format!("{key} = "))?;
        let value = input.get("ExpressionAttributeValues")?.get(rest.split(' ').next()?)?;
        Some((table.to_owned(), value.get("S")?.as_str()?.to_owned()))
    }

    /// The item that an action of a transaction, or a write of one item, is about.
    pub(super) fn item(&self, action: &Value) -> Option<String> {
        let table = action.get("TableName")?.as_str()?;
        let schema = self.0.get(table)?;
        let item = action.get("Key").or_else(|| action.get("Item"))?;
        let sort = schema.sort.as_ref().and_then(|sort| item.get(sort)).unwrap_or(&Value::Null);
        Some(format!("{table} {} {sort}", item.get(&schema.partition)?))
    }
}

fn index_partition(table: &str, index: &str) -> Partition {
    (table.to_owned(), format!("index {index}"))
}
