use std::collections::BTreeMap;

use crate::error::Result;
use crate::node::Node;
use crate::resources::RESTORED_SUFFIX;

/// A value that may depend on parameters and on other resources.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expression {
    /// A literal text, number or boolean.
    Text(String),
    /// `!Ref Counters`: the resource or the parameter of this name.
    Reference(String),
    /// `!GetAtt Counters.Arn`.
    Attribute { resource: String, attribute: String },
    /// `!Sub`: a text with `${…}` in it, and the values that the template gives to names in it.
    Substitution { text: String, values: BTreeMap<String, Expression> },
    /// `!If [condition, then, otherwise]`.
    If { condition: String, then: Box<Expression>, otherwise: Box<Expression> },
}

impl Expression {
    pub(crate) fn read(node: &Node<'_>) -> Result<Self> {
        let Some((function, argument)) = node.tagged() else {
            return Ok(Self::Text(node.text()?));
        };
        match function {
            "Ref" => Ok(Self::Reference(argument.text()?)),
            "GetAtt" => Self::attribute(&argument.text()?)
                .ok_or_else(|| argument.unexpected("<resource>.<attribute>")),
            "Sub" => substitution(&argument),
            "If" => conditional(&argument),
            _ => Err(node.unexpected("a literal, !Ref, !GetAtt, !Sub or !If")),
        }
    }

    /// The logical id in `!Ref IdempotencyKeys` or, for a table that can be restored, in
    /// `!Sub ${Counters}${RestoredTablesSuffix}`.
    #[must_use]
    pub fn referenced(&self) -> Option<&str> {
        match self {
            Self::Reference(id) => Some(id),
            Self::Substitution { text, .. } => {
                text.strip_suffix(RESTORED_SUFFIX)?.strip_prefix("${")?.strip_suffix('}')
            }
            _ => None,
        }
    }

    /// Reads what `!GetAtt` applies to, such as `Counters.Arn`.
    pub(crate) fn attribute(text: &str) -> Option<Self> {
        let (resource, attribute) = text.split_once('.')?;
        Some(Self::Attribute { resource: resource.to_owned(), attribute: attribute.to_owned() })
    }
}

/// `!Sub text` or `!Sub [text, values]`.
fn substitution(argument: &Node<'_>) -> Result<Expression> {
    match argument.elements().as_slice() {
        [text] => Ok(Expression::Substitution { text: text.text()?, values: BTreeMap::new() }),
        [text, values] => {
            let values = values.entries()?.into_iter();
            let values = values.map(|(name, value)| -> Result<_> { Ok((name, Expression::read(&value)?)) });
            Ok(Expression::Substitution { text: text.text()?, values: values.collect::<Result<_>>()? })
        }
        _ => Err(argument.unexpected("a text, or a list of a text and its values")),
    }
}

fn conditional(argument: &Node<'_>) -> Result<Expression> {
    let [condition, then, otherwise] = &*argument.elements() else {
        return Err(argument.unexpected("a list of a condition and two values"));
    };
    Ok(Expression::If {
        condition: condition.text()?,
        then: Box::new(Expression::read(then)?),
        otherwise: Box::new(Expression::read(otherwise)?),
    })
}
