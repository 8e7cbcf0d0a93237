use std::collections::BTreeMap;

use crate::Expression;
use crate::error::Result;
use crate::node::Node;

/// A DynamoDB table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The logical id, such as `IdempotencyKeys`.
    pub id: String,
    /// The name after the stack's: `idempotency-keys` of `${AWS::StackName}-idempotency-keys`.
    pub name: String,
    pub key: Key,
    /// The global secondary indexes.
    pub indexes: Vec<Index>,
    /// The attribute with the second since 1970 after which DynamoDB deletes an item.
    pub expires_at: Option<String>,
}

/// A global secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    pub name: String,
    pub key: Key,
    pub projection: Projection,
}

/// Which attributes an index copies from the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Projection {
    All,
    KeysOnly,
}

/// The key of a table or an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The partition key (`HASH`).
    pub partition: Attribute,
    /// The sort key (`RANGE`).
    pub sort: Option<Attribute>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    pub name: String,
    pub kind: AttributeType,
}

/// The type of a key attribute: `S`, `N` or `B`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeType {
    String,
    Number,
    Binary,
}

impl Table {
    pub(crate) fn read(id: &str, node: &Node<'_>) -> Result<Self> {
        let properties = node.get("Properties")?;
        let mut types = BTreeMap::new();
        for definition in properties.get("AttributeDefinitions")?.elements() {
            let name = definition.get("AttributeName")?.text()?;
            types.insert(name, AttributeType::read(&definition.get("AttributeType")?)?);
        }
        let indexes = properties.find("GlobalSecondaryIndexes").map(|indexes| indexes.elements());
        let expiry = properties.find("TimeToLiveSpecification");
        Ok(Self {
            id: id.to_owned(),
            name: name(&properties.get("TableName")?)?,
            key: Key::read(&properties, &types)?,
            indexes: indexes
                .iter()
                .flatten()
                .map(|index| Index::read(index, &types))
                .collect::<Result<_>>()?,
            expires_at: expiry.map(|expiry| expiry.get("AttributeName")?.text()).transpose()?,
        })
    }
}

/// The name of a table or a queue after the stack's.
pub(crate) fn name(node: &Node<'_>) -> Result<String> {
    let name = Expression::read(node)?;
    let suffix = name.name_suffix().ok_or_else(|| node.unexpected("!Sub ${AWS::StackName}-<name>"))?;
    Ok(suffix.to_owned())
}

impl Index {
    fn read(node: &Node<'_>, types: &BTreeMap<String, AttributeType>) -> Result<Self> {
        let projection = node.get("Projection.ProjectionType")?;
        Ok(Self {
            name: node.get("IndexName")?.text()?,
            key: Key::read(node, types)?,
            projection: match projection.text()?.as_str() {
                "ALL" => Projection::All,
                "KEYS_ONLY" => Projection::KeysOnly,
                _ => return Err(projection.unexpected("ALL or KEYS_ONLY")),
            },
        })
    }
}

impl Key {
    /// Reads the `KeySchema` of a table or an index.
    fn read(owner: &Node<'_>, types: &BTreeMap<String, AttributeType>) -> Result<Self> {
        let schema = owner.get("KeySchema")?;
        let (mut partition, mut sort) = (None, None);
        for element in schema.elements() {
            let name = element.get("AttributeName")?;
            let kind = types.get(&name.text()?).ok_or_else(|| name.unexpected("in AttributeDefinitions"))?;
            let attribute = Attribute { name: name.text()?, kind: *kind };
            let role = element.get("KeyType")?;
            match role.text()?.as_str() {
                "HASH" => partition = Some(attribute),
                "RANGE" => sort = Some(attribute),
                _ => return Err(role.unexpected("HASH or RANGE")),
            }
        }
        let partition =
            partition.ok_or_else(|| schema.unexpected("a list with an element of KeyType HASH"))?;
        Ok(Self { partition, sort })
    }
}

impl AttributeType {
    fn read(node: &Node<'_>) -> Result<Self> {
        match node.text()?.as_str() {
            "S" => Ok(Self::String),
            "N" => Ok(Self::Number),
            "B" => Ok(Self::Binary),
            _ => Err(node.unexpected("S, N or B")),
        }
    }
}
