use std::str::FromStr;

use crate::error::Result;
use crate::node::Node;

/// A parameter of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    /// The value if a deployment gives none; without one, the deployment must.
    pub default: Option<String>,
    /// The regular expression that a whole value must match.
    pub allowed_pattern: Option<String>,
}

impl Parameter {
    pub(crate) fn read_all(root: &Node<'_>) -> Result<Vec<Self>> {
        let Some(parameters) = root.find("Parameters") else { return Ok(Vec::new()) };
        let read = |(name, parameter): (String, Node<'_>)| {
            let text = |property| parameter.find(property).map(|value| value.text()).transpose();
            Ok(Self { default: text("Default")?, allowed_pattern: text("AllowedPattern")?, name })
        };
        parameters.entries()?.into_iter().map(read).collect()
    }

    /// A text, or `!Ref` to a parameter with a default.
    pub(crate) fn text(node: &Node<'_>, parameters: &[Self]) -> Result<String> {
        let Some(("Ref", name)) = node.tagged() else { return node.text() };
        let name = name.text()?;
        let parameter = parameters.iter().find(|parameter| parameter.name == name);
        let default = parameter.and_then(|parameter| parameter.default.clone());
        default.ok_or_else(|| node.unexpected("a text, or a parameter with a default"))
    }

    /// A number, or `!Ref` to a parameter with a number as its default.
    pub(crate) fn number<N: TryFrom<i64> + FromStr>(node: &Node<'_>, parameters: &[Self]) -> Result<N> {
        let Some(("Ref", name)) = node.tagged() else { return node.number() };
        let name = name.text()?;
        let parameter = parameters.iter().find(|parameter| parameter.name == name);
        let default = parameter.and_then(|parameter| parameter.default.as_deref()?.parse().ok());
        default.ok_or_else(|| node.unexpected("a number, or a parameter with a number as its default"))
    }
}
