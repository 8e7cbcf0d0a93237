use std::collections::BTreeMap;

use crate::error::Result;
use crate::node::Node;
use crate::resources::{Resources, STACK_PREFIX, kind};
use crate::{Expression, TemplateError};

/// What a permission applies to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// The table with this logical id, without its indexes.
    Table(String),
    /// An index of the table with this logical id; `*` is every index.
    Index { table: String, index: String },
    /// The queue with this logical id.
    Queue(String),
    /// The log group with this logical id.
    LogGroup(String),
    /// A path of the OpenSearch domain without the leading slash and without the stack's name, such as `messages/_bulk` for
    /// `${AWS::StackName}-messages/_bulk`.
    OpenSearch(String),
    /// `*`: every resource.
    Any,
}

const EXPECTED: &str =
    "*, or the Arn of a table, an index, a queue, a log group or a path of the domain with the stack's name";

impl Resource {
    pub(crate) fn read(node: &Node<'_>, resources: &Resources<'_>) -> Result<Self> {
        match Expression::read(node)? {
            Expression::Text(text) if text == "*" => Ok(Self::Any),
            Expression::Attribute { resource, attribute } if attribute == "Arn" => {
                Self::of_arn(resource, node, resources)
            }
            Expression::Substitution { text, values } => Self::below_arn(&text, values, node, resources),
            _ => Err(node.unexpected(EXPECTED)),
        }
    }

    /// Whether a permission for `self` includes `other`.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (Self::Index { table, index }, Self::Index { table: other, .. }) if index == "*" => {
                table == other
            }
            _ => self == other,
        }
    }

    fn of_arn(id: String, node: &Node<'_>, resources: &Resources<'_>) -> Result<Self> {
        match resources.kind(&id)?.as_deref() {
            Some(kind::TABLE) => Ok(Self::Table(id)),
            Some(kind::QUEUE) => Ok(Self::Queue(id)),
            Some(kind::LOG_GROUP) => Ok(Self::LogGroup(id)),
            _ => Err(TemplateError::NoSuchResource {
                place: node.place().to_owned(),
                id,
                expected: "AWS::DynamoDB::Table, AWS::SQS::Queue or AWS::Logs::LogGroup",
            }),
        }
    }

    /// Reads `${Applications.Arn}/index/by-creation-time`, or `${Arn}/${AWS::StackName}-messages/_bulk` with a value for
    /// `Arn`.
    fn below_arn(
        text: &str,
        mut values: BTreeMap<String, Expression>,
        node: &Node<'_>,
        resources: &Resources<'_>,
    ) -> Result<Self> {
        let unexpected = || node.unexpected(EXPECTED);
        let (name, path) =
            text.strip_prefix("${").and_then(|rest| rest.split_once("}/")).ok_or_else(unexpected)?;
        let arn = values.remove(name).or_else(|| Expression::attribute(name)).ok_or_else(unexpected)?;
        if is_domain(&arn, resources)? {
            // Two stacks may share a domain.
            let own = path.replace(STACK_PREFIX, "");
            return if own == path { Err(unexpected()) } else { Ok(Self::OpenSearch(own)) };
        }
        match (arn, path.strip_prefix("index/")) {
            (Expression::Attribute { resource, attribute }, Some(index)) if attribute == "Arn" => {
                match Self::of_arn(resource, node, resources)? {
                    Self::Table(table) => Ok(Self::Index { table, index: index.to_owned() }),
                    _ => Err(unexpected()),
                }
            }
            _ => Err(unexpected()),
        }
    }
}

/// Whether an expression is the ARN of an OpenSearch domain in every branch of its conditions.
fn is_domain(arn: &Expression, resources: &Resources<'_>) -> Result<bool> {
    match arn {
        Expression::Attribute { resource, attribute } => {
            Ok(attribute == "Arn" && resources.kind(resource)?.as_deref() == Some(kind::DOMAIN))
        }
        Expression::Substitution { text, .. } => {
            Ok(text.starts_with("arn:${AWS::Partition}:es:") && text.contains(":domain/"))
        }
        Expression::If { then, otherwise, .. } => {
            Ok(is_domain(then, resources)? && is_domain(otherwise, resources)?)
        }
        _ => Ok(false),
    }
}
