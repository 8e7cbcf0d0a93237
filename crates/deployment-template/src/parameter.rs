use crate::error::Result;
use crate::node::Node;

/// A parameter of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    pub name: String,
    /// The value if a deployment gives none; without one, the deployment must.
    pub default: Option<String>,
}

impl Parameter {
    pub(crate) fn read_all(root: &Node<'_>) -> Result<Vec<Self>> {
        let Some(parameters) = root.find("Parameters") else { return Ok(Vec::new()) };
        let read = |(name, parameter): (String, Node<'_>)| {
            let default = parameter.find("Default").map(|default| default.text()).transpose()?;
            Ok(Self { name, default })
        };
        parameters.entries()?.into_iter().map(read).collect()
    }
}
