use std::collections::BTreeSet;

use crate::error::Result;
use crate::node::Node;
use crate::{Expression, TemplateError};

/// The types of the resources that the reader knows.
pub(crate) mod kind {
    pub(crate) const ALARM: &str = "AWS::CloudWatch::Alarm";
    pub(crate) const API: &str = "AWS::Serverless::Api";
    pub(crate) const DASHBOARD: &str = "AWS::CloudWatch::Dashboard";
    pub(crate) const DOMAIN: &str = "AWS::OpenSearchService::Domain";
    pub(crate) const FUNCTION: &str = "AWS::Serverless::Function";
    pub(crate) const LOG_GROUP: &str = "AWS::Logs::LogGroup";
    pub(crate) const QUEUE: &str = "AWS::SQS::Queue";
    pub(crate) const ROLE: &str = "AWS::IAM::Role";
    pub(crate) const TABLE: &str = "AWS::DynamoDB::Table";
}

/// The section `Resources`.
#[derive(Debug)]
pub(crate) struct Resources<'a>(Vec<(String, Node<'a>)>);

impl<'a> Resources<'a> {
    pub(crate) fn read(root: &Node<'a>) -> Result<Self> {
        Ok(Self(root.get("Resources")?.entries()?))
    }

    /// Reads each resource of a type, in the order of the template.
    pub(crate) fn read_all<T>(
        &self,
        kind: &str,
        read: impl Fn(&str, &Node<'a>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let mut found = Vec::new();
        for (id, resource) in &self.0 {
            if resource.get("Type")?.text()? == kind {
                found.push(read(id, resource)?);
            }
        }
        Ok(found)
    }

    /// The logical ids of the resources with `DeletionPolicy: RetainExceptOnCreate` and `UpdateReplacePolicy: Retain`.
    pub(crate) fn kept(&self) -> Result<BTreeSet<String>> {
        let mut kept = BTreeSet::new();
        for (id, resource) in &self.0 {
            let is = |attribute, expected| -> Result<bool> {
                let value = resource.find(attribute).map(|value| value.text()).transpose()?;
                Ok(value.as_deref() == Some(expected))
            };
            if is("DeletionPolicy", "RetainExceptOnCreate")? && is("UpdateReplacePolicy", "Retain")? {
                kept.insert(id.clone());
            }
        }
        Ok(kept)
    }

    /// The type of a resource, if there is one with this logical id.
    pub(crate) fn kind(&self, id: &str) -> Result<Option<String>> {
        let resource = self.0.iter().find(|(own, _)| own == id);
        resource.map(|(_, resource)| resource.get("Type")?.text()).transpose()
    }

    /// The logical id in `!GetAtt <id>.Arn`, and its resource, which has this type.
    pub(crate) fn of_arn(&self, node: &Node<'_>, kind: &'static str) -> Result<&(String, Node<'a>)> {
        let id = match Expression::read(node)? {
            Expression::Attribute { resource, attribute } if attribute == "Arn" => resource,
            _ => return Err(node.unexpected("!GetAtt <resource>.Arn")),
        };
        for entry in self.0.iter().filter(|(own, _)| *own == id) {
            if entry.1.get("Type")?.text()? == kind {
                return Ok(entry);
            }
        }
        Err(TemplateError::NoSuchResource { place: node.place().to_owned(), id, expected: kind })
    }
}

/// The prefix of every name that must differ between two stacks.
pub const STACK_PREFIX: &str = "${AWS::StackName}-";

/// What follows the name of a table that can be restored, wherever it is used: nothing, or what tells a restored table from
/// the stack's own.
pub const RESTORED_SUFFIX: &str = "${RestoredTablesSuffix}";

/// What follows the stack's name in the name of a table, a queue or an alarm: `chats` of `!Sub ${AWS::StackName}-chats`.
pub(crate) fn name_after_stack(node: &Node<'_>) -> Result<String> {
    match Expression::read(node)? {
        Expression::Substitution { text, .. } => text.strip_prefix(STACK_PREFIX).map(ToOwned::to_owned),
        _ => None,
    }
    .ok_or_else(|| node.unexpected("!Sub ${AWS::StackName}-<name>"))
}
