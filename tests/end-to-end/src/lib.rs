//! A client of the API, and what else the tests reach in the stack: queues, logs and processes.

mod aws;
mod client;
mod logs;
mod opensearch;
mod operations;
mod process;
mod remains;
mod response;
mod used_secrets;
mod workflow;
mod writes_queue;

use std::sync::LazyLock;

use deployment_template::Template;

pub use aws::Aws;
pub use client::Client;
pub use logs::Logs;
pub use opensearch::opensearch;
pub use process::{Process, Stopped};
pub use remains::remains;
pub use response::Response;
pub use used_secrets::{UsedSecret, record_tokens, tokens_in};
pub use writes_queue::WritesQueue;

/// The template of this checkout.
pub fn template() -> &'static Template {
    static TEMPLATE: LazyLock<Template> =
        LazyLock::new(|| Template::parse(include_str!("../../../template.yaml")).unwrap());
    &TEMPLATE
}
