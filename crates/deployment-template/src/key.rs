use std::collections::BTreeMap;

use crate::error::Result;
use crate::node::Node;

/// The key of a table or an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// The partition key (`HASH`).
    pub partition: Attribute,
    /// The sort key (`RANGE`).
    pub sort: Option<Attribute>,
}

/// A key attribute.
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

/// The `AttributeDefinitions` of a table: the types of its key attributes.
pub(crate) struct Definitions(BTreeMap<String, AttributeType>);

impl Definitions {
    pub(crate) fn read(table: &Node<'_>) -> Result<Self> {
        let mut types = BTreeMap::new();
        for definition in table.get("AttributeDefinitions")?.elements() {
            let kind = definition.get("AttributeType")?;
            let kind = match kind.text()?.as_str() {
                "S" => AttributeType::String,
                "N" => AttributeType::Number,
                "B" => AttributeType::Binary,
                _ => return Err(kind.unexpected("S, N or B")),
            };
            types.insert(definition.get("AttributeName")?.text()?, kind);
        }
        Ok(Self(types))
    }
}

impl Key {
    /// Reads the `KeySchema` of a table or an index.
    pub(crate) fn read(owner: &Node<'_>, definitions: &Definitions) -> Result<Self> {
        let schema = owner.get("KeySchema")?;
        let (mut partition, mut sort) = (None, None);
        for element in schema.elements() {
            let node = element.get("AttributeName")?;
            let name = node.text()?;
            let kind = definitions.0.get(&name).ok_or_else(|| node.unexpected("in AttributeDefinitions"))?;
            let attribute = Attribute { name, kind: *kind };
            let role = element.get("KeyType")?;
            match role.text()?.as_str() {
                "HASH" => partition = Some(attribute),
                "RANGE" => sort = Some(attribute),
                _ => return Err(role.unexpected("HASH or RANGE")),
            }
        }
        let partition = partition.ok_or_else(|| schema.unexpected("a list with a key of type HASH"))?;
        Ok(Self { partition, sort })
    }
}
