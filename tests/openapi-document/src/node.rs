use std::sync::LazyLock;

use serde_json::Value;

pub(crate) static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../openapi.json")).unwrap());

/// A value in the document that is not a reference: every `$ref` is followed.
#[derive(Debug, Clone)]
pub struct Node {
    pub(crate) pointer: String,
    pub value: &'static Value,
}

impl Node {
    /// The value at a JSON pointer. `None` if there is none, or if a `$ref` leads nowhere.
    pub fn find(pointer: &str) -> Option<Self> {
        let value = DOCUMENT.pointer(pointer)?;
        match value.get("$ref").and_then(Value::as_str) {
            Some(reference) => Self::find(reference.strip_prefix('#')?),
            None => Some(Self { pointer: pointer.to_owned(), value }),
        }
    }

    /// The value at a JSON pointer, which must exist.
    pub fn at(pointer: &str) -> Self {
        Self::find(pointer).unwrap_or_else(|| panic!("openapi.json has nothing at {pointer:?}"))
    }

    /// The member of this name, or the item at this index.
    pub fn get(&self, name: &str) -> Option<Self> {
        Self::find(&format!("{}/{}", self.pointer, escape(name)))
    }

    /// The members of an object with their names; of any other value, none.
    pub fn members(&self) -> impl Iterator<Item = (&'static str, Self)> {
        let names = self.value.as_object().into_iter().flat_map(|object| object.keys());
        names.map(|name| (name.as_str(), Self::at(&format!("{}/{}", self.pointer, escape(name)))))
    }

    /// The items of a list; of any other value, none.
    pub fn items(&self) -> impl Iterator<Item = Self> {
        let count = self.value.as_array().map_or(0, Vec::len);
        (0..count).map(|index| Self::at(&format!("{}/{index}", self.pointer)))
    }

    /// The texts in a list; of any other value, none.
    pub fn texts(&self) -> impl Iterator<Item = &'static str> {
        self.value.as_array().into_iter().flatten().filter_map(Value::as_str)
    }
}

/// Every value of the document with its JSON pointer, references included.
pub fn all_values() -> Vec<(String, &'static Value)> {
    let mut all = Vec::new();
    let mut pending = vec![(String::new(), &*DOCUMENT)];
    while let Some((pointer, value)) = pending.pop() {
        match value {
            Value::Object(object) => pending
                .extend(object.iter().map(|(name, value)| (format!("{pointer}/{}", escape(name)), value))),
            Value::Array(array) => pending
                .extend(array.iter().enumerate().map(|(index, value)| (format!("{pointer}/{index}"), value))),
            _ => {}
        }
        all.push((pointer, value));
    }
    all
}

/// A name as a segment of a JSON pointer (RFC 6901).
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
