//! A typed reader of `template.yaml`, the SAM template of the deployment.
//!
//! Routes, variables, permissions and tables are written down in the template only. Build scripts, tests and
//! tools that need them read them here.
//!
//! The reader understands what the template uses: the short forms `!Ref`, `!GetAtt`, `!Sub` and `!If`, and YAML
//! aliases. It rejects what it does not understand instead of skipping it.

mod alarm;
mod error;
mod event;
mod expression;
mod function;
mod gateway;
mod key;
mod node;
mod parameter;
mod permission;
mod queue;
mod resource;
mod resources;
mod routes;
mod table;
mod template;

#[cfg(test)]
mod tests;

pub use alarm::{Alarm, Dashboard, Metric};
pub use error::TemplateError;
pub use event::QueueEvent;
pub use expression::Expression;
pub use function::Function;
pub use gateway::GatewayResponse;
pub use key::{Attribute, AttributeType, Key};
pub use parameter::Parameter;
pub use permission::Permission;
pub use queue::{Fifo, Queue, Redrive};
pub use resource::Resource;
pub use resources::{RESTORED_SUFFIX, STACK_PREFIX};
pub use routes::Routes;
pub use table::{Index, Projection, Table};
pub use template::Template;
