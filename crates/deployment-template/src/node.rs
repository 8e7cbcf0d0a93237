use saphyr::{LoadableYamlNode, ScalarOwned, YamlOwned};

use crate::TemplateError;
use crate::error::Result;

/// Parses a text that holds one YAML document.
pub(crate) fn parse(text: &str) -> Result<YamlOwned> {
    Ok(YamlOwned::load_from_str(text)?.into_iter().next().unwrap_or(YamlOwned::BadValue))
}

/// A value of the template and the keys that lead to it, for error messages.
#[derive(Debug, Clone)]
pub(crate) struct Node<'a> {
    yaml: &'a YamlOwned,
    place: String,
}

impl<'a> Node<'a> {
    pub(crate) fn root(yaml: &'a YamlOwned) -> Self {
        Self { yaml, place: String::new() }
    }

    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    fn child(&self, key: &str, yaml: &'a YamlOwned) -> Self {
        let place = if self.place.is_empty() { key.to_owned() } else { format!("{}.{key}", self.place) };
        Self { yaml, place }
    }

    /// The value at a path of keys, such as `Properties.Timeout`, if all of them exist.
    pub(crate) fn find(&self, path: &str) -> Option<Self> {
        path.split('.')
            .try_fold(self.clone(), |node, key| Some(node.child(key, node.yaml.as_mapping_get(key)?)))
    }

    pub(crate) fn get(&self, path: &str) -> Result<Self> {
        let missing = || TemplateError::Missing { place: self.child(path, self.yaml).place };
        self.find(path).ok_or_else(missing)
    }

    /// The keys and values of a mapping, in the order of the template.
    pub(crate) fn entries(&self) -> Result<Vec<(String, Self)>> {
        let mapping = self.yaml.as_mapping().ok_or_else(|| self.unexpected("a mapping"))?;
        let entry = |(key, value): (&YamlOwned, &'a YamlOwned)| {
            let key = scalar(key).ok_or_else(|| self.unexpected("a mapping with texts as keys"))?;
            let value = self.child(&key, value);
            Ok((key, value))
        };
        mapping.iter().map(entry).collect()
    }

    /// The elements of a list. A value that is no list counts as its only element, as in IAM policies.
    pub(crate) fn elements(&self) -> Vec<Self> {
        match self.yaml.as_sequence() {
            Some(list) => {
                let elements = list.iter().enumerate();
                elements.map(|(index, yaml)| self.child(&index.to_string(), yaml)).collect()
            }
            None => vec![self.clone()],
        }
    }

    /// The text of a scalar without a tag.
    pub(crate) fn text(&self) -> Result<String> {
        scalar(self.yaml).ok_or_else(|| self.unexpected("a text"))
    }

    pub(crate) fn number<N: TryFrom<i64>>(&self) -> Result<N> {
        let number = self.yaml.as_integer().and_then(|number| N::try_from(number).ok());
        number.ok_or_else(|| self.unexpected("a whole number in range"))
    }

    pub(crate) fn boolean(&self) -> Result<bool> {
        self.yaml.as_bool().ok_or_else(|| self.unexpected("true or false"))
    }

    /// The tag and what it applies to: `!Ref Counters` is `("Ref", "Counters")`.
    pub(crate) fn tagged(&self) -> Option<(&'a str, Self)> {
        match self.yaml {
            YamlOwned::Tagged(tag, inner) => {
                Some((&tag.suffix, Self { yaml: inner, place: self.place.clone() }))
            }
            _ => None,
        }
    }

    pub(crate) fn unexpected(&self, expected: &'static str) -> TemplateError {
        TemplateError::Unexpected { place: self.place.clone(), expected }
    }
}

fn scalar(yaml: &YamlOwned) -> Option<String> {
    match yaml {
        YamlOwned::Value(ScalarOwned::String(text)) => Some(text.clone()),
        YamlOwned::Value(ScalarOwned::Integer(number)) => Some(number.to_string()),
        YamlOwned::Value(ScalarOwned::Boolean(value)) => Some(value.to_string()),
        _ => None,
    }
}
