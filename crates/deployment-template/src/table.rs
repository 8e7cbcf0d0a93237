use crate::Key;
use crate::error::Result;
use crate::key::Definitions;
use crate::node::Node;
use crate::resources::name_after_stack;

/// A DynamoDB table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The logical id, such as `IdempotencyKeys`.
    pub id: String,
    /// The name without the stack's, such as `idempotency-keys`.
    pub name: String,
    pub key: Key,
    /// The global secondary indexes.
    pub indexes: Vec<Index>,
    /// The attribute with the time, in seconds since 1970, after which DynamoDB deletes the item.
    pub ttl_attribute: Option<String>,
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

impl Table {
    pub(crate) fn read(id: &str, node: &Node<'_>) -> Result<Self> {
        let properties = node.get("Properties")?;
        let definitions = Definitions::read(&properties)?;
        let indexes = properties.find("GlobalSecondaryIndexes");
        let indexes = indexes.iter().flat_map(Node::elements);
        Ok(Self {
            id: id.to_owned(),
            name: name_after_stack(&properties.get("TableName")?)?,
            key: Key::read(&properties, &definitions)?,
            indexes: indexes.map(|index| Index::read(&index, &definitions)).collect::<Result<_>>()?,
            ttl_attribute: ttl_attribute(&properties)?,
        })
    }
}

fn ttl_attribute(properties: &Node<'_>) -> Result<Option<String>> {
    match properties.find("TimeToLiveSpecification") {
        Some(ttl) if ttl.get("Enabled")?.boolean()? => Ok(Some(ttl.get("AttributeName")?.text()?)),
        _ => Ok(None),
    }
}

impl Index {
    fn read(node: &Node<'_>, definitions: &Definitions) -> Result<Self> {
        let projection = node.get("Projection.ProjectionType")?;
        Ok(Self {
            name: node.get("IndexName")?.text()?,
            key: Key::read(node, definitions)?,
            projection: match projection.text()?.as_str() {
                "ALL" => Projection::All,
                "KEYS_ONLY" => Projection::KeysOnly,
                _ => return Err(projection.unexpected("ALL or KEYS_ONLY")),
            },
        })
    }
}
