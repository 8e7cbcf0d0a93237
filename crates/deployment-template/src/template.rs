use std::collections::BTreeSet;

use crate::TemplateError;
use crate::error::Result;
use crate::node::{Node, parse};
use crate::resources::{Resources, kind};
use crate::{Alarm, Dashboard, Function, GatewayResponse, Parameter, Queue, Routes, Table};

/// The SAM template of the deployment. Every list has the order of the template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    pub parameters: Vec<Parameter>,
    pub functions: Vec<Function>,
    pub tables: Vec<Table>,
    pub queues: Vec<Queue>,
    pub gateway_responses: Vec<GatewayResponse>,
    pub alarms: Vec<Alarm>,
    pub dashboards: Vec<Dashboard>,
    /// The logical ids of what stays when it is removed from the stack, replaced, or the stack removed, but goes with a
    /// first deployment that fails.
    pub kept: BTreeSet<String>,
}

impl Template {
    /// Reads the text of a template. Fails if it lacks a required property or has a value of another form.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let yaml = parse(text)?;
        let root = Node::root(&yaml);
        let resources = Resources::read(&root)?;
        let globals = root.find("Globals.Function");
        let parameters = Parameter::read_all(&root)?;
        let function =
            |id: &str, node: &Node<'_>| Function::read(id, node, globals.as_ref(), &resources, &parameters);
        Ok(Self {
            functions: resources.read_all(kind::FUNCTION, function)?,
            parameters,
            tables: resources.read_all(kind::TABLE, Table::read)?,
            queues: resources.read_all(kind::QUEUE, |id, node| Queue::read(id, node, &resources))?,
            gateway_responses: resources
                .read_all(kind::API, |_, api| GatewayResponse::read_all(api))?
                .into_iter()
                .flatten()
                .collect(),
            alarms: resources.read_all(kind::ALARM, Alarm::read)?,
            dashboards: resources.read_all(kind::DASHBOARD, Dashboard::read)?,
            kept: resources.kept()?,
        })
    }

    /// The function of this name, such as `create-message`.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.name == name)
    }

    /// The table with this logical id, such as `IdempotencyKeys`.
    #[must_use]
    pub fn table(&self, id: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.id == id)
    }

    /// The queue with this logical id, such as `WritesDlq`.
    #[must_use]
    pub fn queue(&self, id: &str) -> Option<&Queue> {
        self.queues.iter().find(|queue| queue.id == id)
    }

    /// The routes of all functions.
    #[must_use]
    pub fn routes(&self) -> Routes {
        let mut routes = Routes::default();
        for function in &self.functions {
            routes.extend(&function.routes);
        }
        routes
    }
}
