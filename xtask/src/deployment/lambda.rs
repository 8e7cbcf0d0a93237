//! The deployed functions, as Lambda's API lists them.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use deployment_template::Function;
use serde::Deserialize;

use super::deploy::STACK;
use crate::engine::aws_api;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Configuration {
    pub(crate) function_name: String,
    pub(crate) logging_config: LoggingConfig,
    #[serde(default)]
    pub(crate) environment: Environment,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Environment {
    pub(crate) variables: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct LoggingConfig {
    pub(crate) log_group: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Deployed {
    functions: Vec<Configuration>,
}

impl Deployed {
    pub(crate) fn list(aws: &str) -> Result<Self> {
        let reply = aws_api::call("GET", &format!("{aws}/2015-03-31/functions/"), "lambda", &[], "")?;
        serde_json::from_str(&reply.body)
            .with_context(|| format!("the engine cannot list the functions: {}", reply.body))
    }

    /// Finds a function by the name that CloudFormation gives it: stack, logical id, random digits.
    pub(crate) fn find(&self, function: &Function) -> Option<&Configuration> {
        let prefix = format!("{STACK}-{}-", function.id);
        self.functions.iter().find(|found| found.function_name.starts_with(&prefix))
    }
}
