use std::collections::BTreeMap;
use std::time::Duration;

use crate::error::Result;
use crate::node::Node;
use crate::resources::{Resources, kind};
use crate::{Expression, Routes};

/// A Lambda function, with what it inherits from `Globals`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// The logical id, such as `CreateMessage`.
    pub id: String,
    /// The name of its binary and its folder, such as `create-message`.
    pub name: String,
    pub routes: Routes,
    /// The queues whose messages it receives.
    pub queue_events: Vec<QueueEvent>,
    /// The environment variables by name.
    pub variables: BTreeMap<String, Expression>,
    pub timeout: Duration,
    pub memory_mib: u32,
}

/// The event source mapping from a queue to a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueEvent {
    /// The logical id of the queue.
    pub queue: String,
    /// How many messages one invocation receives at most.
    pub batch_size: u32,
    /// Whether the function reports which messages of a batch failed (`ReportBatchItemFailures`).
    pub reports_batch_item_failures: bool,
}

impl Function {
    pub(crate) fn read(
        id: &str,
        node: &Node<'_>,
        globals: Option<&Node<'_>>,
        resources: &Resources<'_>,
    ) -> Result<Self> {
        let properties = node.get("Properties")?;
        let inherited = |path| match properties.find(path) {
            Some(own) => Ok(own),
            None => globals.and_then(|all| all.find(path)).map_or_else(|| properties.get(path), Ok),
        };
        let mut function = Self {
            id: id.to_owned(),
            name: node.get("Metadata.BuildProperties.Binary")?.text()?,
            routes: Routes::default(),
            queue_events: Vec::new(),
            variables: BTreeMap::new(),
            timeout: Duration::from_secs(inherited("Timeout")?.number()?),
            memory_mib: inherited("MemorySize")?.number()?,
        };
        for properties in globals.into_iter().chain([&properties]) {
            if let Some(variables) = properties.find("Environment.Variables") {
                for (name, value) in variables.entries()? {
                    function.variables.insert(name, Expression::read(&value)?);
                }
            }
        }
        for (_, event) in properties.get("Events")?.entries()? {
            let kind = event.get("Type")?;
            match kind.text()?.as_str() {
                "Api" => function.routes.insert(&event)?,
                "SQS" => function.queue_events.push(QueueEvent::read(&event, resources)?),
                _ => return Err(kind.unexpected("Api or SQS")),
            }
        }
        Ok(function)
    }
}

impl QueueEvent {
    fn read(event: &Node<'_>, resources: &Resources<'_>) -> Result<Self> {
        let properties = event.get("Properties")?;
        let responses = properties.find("FunctionResponseTypes");
        let responses = responses.iter().flat_map(Node::elements).map(|response| response.text());
        Ok(Self {
            queue: resources.arn_of(&properties.get("Queue")?, kind::QUEUE)?,
            batch_size: properties.get("BatchSize")?.number()?,
            reports_batch_item_failures: responses
                .collect::<Result<Vec<_>>>()?
                .contains(&"ReportBatchItemFailures".to_owned()),
        })
    }
}
