use std::collections::BTreeSet;

use crate::error::Result;
use crate::node::Node;
use crate::resources::Resources;
use crate::{Expression, Resource};

/// One action on one resource that a role allows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Permission {
    /// The action, such as `dynamodb:PutItem`.
    pub action: String,
    pub resource: Resource,
    /// The resource as the template writes it.
    pub written: Expression,
    /// Without this condition of the template, the role does not allow it.
    pub condition: Option<String>,
}

/// Reads the inline policies of a role, the only place where a role may have permissions.
pub(crate) fn permissions(role: &Node<'_>, resources: &Resources<'_>) -> Result<BTreeSet<Permission>> {
    if let Some(managed) = role.find("Properties.ManagedPolicyArns") {
        return Err(managed.unexpected("replaced by inline policies"));
    }
    let mut permissions = BTreeSet::new();
    for policy in role.get("Properties.Policies")?.elements() {
        for statement in policy.get("PolicyDocument.Statement")?.elements() {
            let (condition, statement) = conditional(statement)?;
            add_statement(&mut permissions, condition.as_deref(), &statement, resources)?;
        }
    }
    Ok(permissions)
}

/// The condition of `!If [<condition>, <statement>, !Ref AWS::NoValue]`, and the statement.
fn conditional(node: Node<'_>) -> Result<(Option<String>, Node<'_>)> {
    let Some(("If", argument)) = node.tagged() else { return Ok((None, node)) };
    match &*argument.elements() {
        [condition, statement, otherwise]
            if Expression::read(otherwise)? == Expression::Reference("AWS::NoValue".to_owned()) =>
        {
            Ok((Some(condition.text()?), statement.clone()))
        }
        _ => Err(node.unexpected("!If [<condition>, <statement>, !Ref AWS::NoValue]")),
    }
}

fn add_statement(
    permissions: &mut BTreeSet<Permission>,
    condition: Option<&str>,
    statement: &Node<'_>,
    resources: &Resources<'_>,
) -> Result<()> {
    // NotAction, NotResource and Condition would change what a statement allows.
    if statement.entries()?.iter().any(|(key, _)| !matches!(key.as_str(), "Effect" | "Action" | "Resource")) {
        return Err(statement.unexpected("a statement of Effect, Action and Resource"));
    }
    let effect = statement.get("Effect")?;
    if effect.text()? != "Allow" {
        return Err(effect.unexpected("Allow"));
    }
    for node in statement.get("Action")?.elements() {
        let action = node.text()?;
        if action.contains(['*', '?']) {
            return Err(node.unexpected("an action without wildcards"));
        }
        for resource in statement.get("Resource")?.elements() {
            permissions.insert(Permission {
                action: action.clone(),
                resource: Resource::read(&resource, resources)?,
                written: Expression::read(&resource)?,
                condition: condition.map(ToOwned::to_owned),
            });
        }
    }
    Ok(())
}
