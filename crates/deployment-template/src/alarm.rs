use std::collections::BTreeMap;

use crate::Expression;
use crate::error::Result;
use crate::node::Node;
use crate::resources::name_after_stack;

/// A CloudWatch alarm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// The logical id, such as `WritesAgeAlarm`.
    pub id: String,
    /// The name without the stack's, such as `writes-age`.
    pub name: String,
    pub description: String,
    /// What it watches; AWS bills an alarm by their number.
    pub metrics: Vec<Metric>,
}

/// A CloudWatch metric.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    /// Such as `AWS/SQS`.
    pub namespace: String,
    pub name: String,
    /// What it is a metric of, such as a `QueueName`.
    pub dimensions: BTreeMap<String, Expression>,
}

/// A CloudWatch dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dashboard {
    pub id: String,
    /// JSON, with names of resources to be substituted.
    pub body: Expression,
}

impl Alarm {
    pub(crate) fn read(id: &str, node: &Node<'_>) -> Result<Self> {
        let properties = node.get("Properties")?;
        Ok(Self {
            id: id.to_owned(),
            name: name_after_stack(&properties.get("AlarmName")?)?,
            description: properties.get("AlarmDescription")?.text()?,
            metrics: match properties.find("Metrics") {
                Some(metrics) => {
                    let metrics = metrics.elements().into_iter();
                    let metrics = metrics.filter_map(|metric| metric.find("MetricStat.Metric"));
                    metrics.map(|metric| Metric::read(&metric)).collect::<Result<_>>()?
                }
                None => vec![Metric::read(&properties)?],
            },
        })
    }
}

impl Metric {
    fn read(node: &Node<'_>) -> Result<Self> {
        let dimensions = node.find("Dimensions");
        let dimension =
            |each: Node<'_>| Ok((each.get("Name")?.text()?, Expression::read(&each.get("Value")?)?));
        Ok(Self {
            namespace: node.get("Namespace")?.text()?,
            name: node.get("MetricName")?.text()?,
            dimensions: dimensions.iter().flat_map(Node::elements).map(dimension).collect::<Result<_>>()?,
        })
    }
}

impl Dashboard {
    pub(crate) fn read(id: &str, node: &Node<'_>) -> Result<Self> {
        Ok(Self { id: id.to_owned(), body: Expression::read(&node.get("Properties.DashboardBody")?)? })
    }
}
