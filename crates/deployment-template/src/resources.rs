use crate::Expression;
use crate::TemplateError;
use crate::error::Result;
use crate::node::Node;

/// The types of the resources that the reader knows.
pub(crate) mod kind {
    pub(crate) const API: &str = "AWS::Serverless::Api";
    pub(crate) const FUNCTION: &str = "AWS::Serverless::Function";
    pub(crate) const QUEUE: &str = "AWS::SQS::Queue";
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

    /// The resource `id`, to which the value at `place` refers.
    pub(crate) fn find(&self, id: &str) -> Option<&Node<'a>> {
        self.0.iter().find(|(own, _)| own == id).map(|(_, resource)| resource)
    }

    /// The logical id in `!GetAtt <id>.Arn`, of a resource of this type.
    pub(crate) fn arn_of(&self, node: &Node<'_>, expected: &'static str) -> Result<String> {
        let Expression::Attribute { resource: id, attribute } = Expression::read(node)? else {
            return Err(node.unexpected("!GetAtt and the Arn of a resource"));
        };
        if attribute != "Arn" {
            return Err(node.unexpected("!GetAtt and the Arn of a resource"));
        }
        match self.find(&id).map(|resource| resource.get("Type")?.text()).transpose()? {
            Some(kind) if kind == expected => Ok(id),
            _ => Err(TemplateError::NoSuchResource { place: node.place().to_owned(), id, expected }),
        }
    }
}
