//! A typed reader of `template.yaml`, the SAM template of the deployment.
//!
//! Routes, variables, permissions and tables are written down in the template only. Build scripts, tests and
//! tools that need them read them here.
//!
//! The reader understands what the template uses: the short forms `!Ref`, `!GetAtt`, `!Sub` and `!If`, and YAML
//! aliases. It rejects what it does not understand instead of skipping it.

mod error;
mod expression;
mod function;
mod gateway;
mod node;
mod parameter;
mod queue;
mod resources;
mod routes;
mod table;
mod template;

#[cfg(test)]
mod tests;

pub use error::TemplateError;
pub use expression::Expression;
pub use function::{Function, QueueEvent};
pub use gateway::GatewayResponse;
pub use parameter::Parameter;
pub use queue::{Fifo, Queue, Redrive};
pub use routes::Routes;
pub use table::{Attribute, AttributeType, Index, Key, Projection, Table};
pub use template::Template;
