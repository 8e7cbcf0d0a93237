use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::error::Result;
use crate::node::Node;
use crate::permission::permissions;
use crate::resources::{Resources, kind};
use crate::{Expression, Parameter, Permission, QueueEvent, Resource, Routes};

/// The level of the logs of a function whose template sets none.
///
/// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html>
const DEFAULT_LOG_LEVEL: &str = "INFO";

/// A Lambda function, with what it inherits from `Globals`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The logical id, such as `CreateMessage`.
    pub id: String,
    /// The name of its binary and its folder, such as `create-message`.
    pub name: String,
    /// The logical ids of what a deployment updates before it.
    pub depends_on: Vec<String>,
    /// The routes that lead to it.
    pub routes: Routes,
    /// The queues whose messages it receives.
    pub queue_events: Vec<QueueEvent>,
    /// The environment variables by name.
    pub variables: BTreeMap<String, Expression>,
    /// How long an invocation may take.
    pub timeout: Duration,
    pub memory_mib: u32,
    /// The lowest level that its own log has, by default if that is a parameter. Lambda sets `AWS_LAMBDA_LOG_LEVEL` to it.
    pub log_level: String,
    /// The lowest level of what Lambda logs about its invocations, by default if that is a parameter.
    pub system_log_level: String,
    /// Whether Lambda samples its invocations for X-Ray, by default if that is a parameter.
    pub is_traced: bool,
    /// Whether it can run in the subnets of a VPC.
    pub may_use_vpc: bool,
    /// The logical id of its role.
    pub role: String,
    /// What the role allows.
    pub permissions: BTreeSet<Permission>,
}

impl Function {
    /// Whether the function's role allows `action`, such as `dynamodb:PutItem`, on `resource`.
    #[must_use]
    pub fn allows(&self, action: &str, resource: &Resource) -> bool {
        let covers =
            |permission: &Permission| permission.action == action && permission.resource.covers(resource);
        self.permissions.iter().any(covers)
    }

    pub(crate) fn read(
        id: &str,
        node: &Node<'_>,
        globals: Option<&Node<'_>>,
        resources: &Resources<'_>,
        parameters: &[Parameter],
    ) -> Result<Self> {
        let properties = node.get("Properties")?;
        let inherited = |property| {
            let global = || globals.and_then(|globals| globals.find(property));
            properties.find(property).or_else(global).map_or_else(|| properties.get(property), Ok)
        };
        let text = |property| -> Result<Option<String>> {
            let global = || globals.and_then(|globals| globals.find(property));
            let node = properties.find(property).or_else(global);
            node.map(|node| Parameter::text(&node, parameters)).transpose()
        };
        let level = |property| -> Result<String> {
            Ok(text(property)?.unwrap_or_else(|| DEFAULT_LOG_LEVEL.to_owned()))
        };
        let (role, role_node) = resources.of_arn(&properties.get("Role")?, kind::ROLE)?;
        let (routes, queue_events) = events(&properties, resources, parameters)?;
        Ok(Self {
            id: id.to_owned(),
            name: node.get("Metadata.BuildProperties.Binary")?.text()?,
            depends_on: node
                .find("DependsOn")
                .iter()
                .flat_map(Node::elements)
                .map(|id| id.text())
                .collect::<Result<_>>()?,
            routes,
            queue_events,
            variables: variables(globals.into_iter().chain([&properties]))?,
            timeout: Duration::from_secs(inherited("Timeout")?.number()?),
            memory_mib: inherited("MemorySize")?.number()?,
            log_level: level("LoggingConfig.ApplicationLogLevel")?,
            system_log_level: level("LoggingConfig.SystemLogLevel")?,
            is_traced: text("Tracing")?.is_some_and(|mode| mode == "Active"),
            may_use_vpc: properties.find("VpcConfig").is_some(),
            role: role.clone(),
            permissions: permissions(role_node, resources)?,
        })
    }
}

fn events(
    properties: &Node<'_>,
    resources: &Resources<'_>,
    parameters: &[Parameter],
) -> Result<(Routes, Vec<QueueEvent>)> {
    let (mut routes, mut queues) = (Routes::default(), Vec::new());
    for (_, event) in properties.get("Events")?.entries()? {
        let kind = event.get("Type")?;
        match kind.text()?.as_str() {
            "Api" => routes.insert(&event)?,
            "SQS" => queues.push(QueueEvent::read(&event, resources, parameters)?),
            _ => return Err(kind.unexpected("Api or SQS")),
        }
    }
    Ok((routes, queues))
}

/// Merges the variables of several sets of properties; the last one wins.
fn variables<'n>(sets: impl Iterator<Item = &'n Node<'n>>) -> Result<BTreeMap<String, Expression>> {
    let mut merged = BTreeMap::new();
    for variables in sets.filter_map(|properties| properties.find("Environment.Variables")) {
        for (name, value) in variables.entries()? {
            merged.insert(name, Expression::read(&value)?);
        }
    }
    Ok(merged)
}
