use std::collections::BTreeMap;

use crate::error::Result;
use crate::node::Node;
use crate::resources::{RESTORED_SUFFIX, Resources, STACK_PREFIX, kind};
use crate::{Expression, TemplateError};

/// What a permission applies to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// The table with this logical id, without its indexes, or the one that was restored from its backup.
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

    /// Reads `${Counters.Arn}${RestoredTablesSuffix}`, `${Items.Arn}/index/by-number`, with or without that suffix before the
    /// slash, or `${Arn}/${AWS::StackName}-messages/_bulk` with a value for `Arn`.
    fn below_arn(
        text: &str,
        mut values: BTreeMap<String, Expression>,
        node: &Node<'_>,
        resources: &Resources<'_>,
    ) -> Result<Self> {
        let unexpected = || node.unexpected(EXPECTED);
        let (name, rest) =
            text.strip_prefix("${").and_then(|rest| rest.split_once('}')).ok_or_else(unexpected)?;
        let restorable = rest.strip_prefix(RESTORED_SUFFIX);
        if restorable == Some("") {
            let table = Expression::attribute(name).ok_or_else(unexpected)?;
            return Self::table(table, node, resources);
        }
        let path = restorable.unwrap_or(rest).strip_prefix('/').ok_or_else(unexpected)?;
        let arn = values.remove(name).or_else(|| Expression::attribute(name)).ok_or_else(unexpected)?;
        if is_domain(&arn, resources)? {
            // Two stacks may share a domain.
            let own = path.replace(STACK_PREFIX, "");
            return if own == path { Err(unexpected()) } else { Ok(Self::OpenSearch(own)) };
        }
        let index = path.strip_prefix("index/").ok_or_else(unexpected)?.to_owned();
        match Self::table(arn, node, resources)? {
            Self::Table(table) => Ok(Self::Index { table, index }),
            _ => Err(unexpected()),
        }
    }

    /// Reads the table of which `arn` is the ARN.
    fn table(arn: Expression, node: &Node<'_>, resources: &Resources<'_>) -> Result<Self> {
        match arn {
            Expression::Attribute { resource, attribute } if attribute == "Arn" => {
                match Self::of_arn(resource, node, resources)? {
                    table @ Self::Table(_) => Ok(table),
                    _ => Err(node.unexpected(EXPECTED)),
                }
            }
            _ => Err(node.unexpected(EXPECTED)),
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
