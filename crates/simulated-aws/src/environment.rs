use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use deployment_template::{Expression, Function, RESTORED_SUFFIX, STACK_PREFIX, Template};

use crate::Stubs;

/// The administrator's key of the simulated deployment, and its SHA-256.
pub const ADMIN_KEY: &str = "swordfish";
const ADMIN_KEY_SHA256: &str = "b9f195c5cc7ef6afadbfbc42892ad47d3b24c6bc94bb510c4564a90a14e8b799";
/// The key that signs the tokens of the simulated deployment, and signed those in `events/`.
pub(crate) const SIGNING_KEY: &str = "5167b1a8e4b0c5a1c0a64c53a0f1c7d52e9c8f0b7d3a46958210fedcba987654";

/// The addresses of simulated services.
#[derive(Debug, Clone)]
pub struct Addresses {
    /// For `AWS_ENDPOINT_URL`.
    pub aws: String,
    pub opensearch: String,
}

impl Addresses {
    /// The environment variables that Lambda gives a function: its own, and those of the template with the tables and
    /// queues at these addresses. Its access key id is its name, so that a service sees whose a call is.
    ///
    /// `name` may be unknown to the template; then only Lambda's own variables are set.
    pub fn variables(&self, template: &Template, name: &str) -> Result<BTreeMap<String, String>> {
        let function = template.function(name);
        let log_level = function.map_or("INFO", |function| &function.log_level);
        let memory = function.map_or(256, |function| function.memory_mib).to_string();
        let mut variables: BTreeMap<String, String> = [
            ("AWS_REGION", "eu-central-1"),
            ("AWS_ACCESS_KEY_ID", name),
            ("AWS_SECRET_ACCESS_KEY", "secret"),
            ("AWS_SESSION_TOKEN", "session"),
            ("AWS_LAMBDA_FUNCTION_NAME", name),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
            ("AWS_LAMBDA_LOG_LEVEL", log_level),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        for (name, value) in function.into_iter().flat_map(|Function { variables, .. }| variables) {
            variables.insert(name.clone(), self.value(template, value)?);
        }
        Ok(variables)
    }

    fn value(&self, template: &Template, expression: &Expression) -> Result<String> {
        match expression {
            Expression::Text(text) => Ok(text.clone()),
            Expression::Reference(id) => self.reference(template, id),
            // Nothing was restored.
            Expression::Substitution { text, .. } if text.ends_with(RESTORED_SUFFIX) => {
                let table = expression.referenced();
                self.reference(template, table.with_context(|| format!("{text} is not the name of a table"))?)
            }
            // The deployment has an OpenSearch of its own and makes no domain.
            Expression::If { condition, otherwise, .. } if condition == "MakeDomain" => {
                self.value(template, otherwise)
            }
            // Names are used without the stack's.
            Expression::Substitution { text, .. } if text.starts_with(STACK_PREFIX) => {
                Ok(text.replace(STACK_PREFIX, ""))
            }
            other => bail!("the simulated deployment has no value for {other:?}"),
        }
    }

    fn reference(&self, template: &Template, id: &str) -> Result<String> {
        if template.table(id).is_some() {
            return Ok(id.to_owned());
        }
        if template.queue(id).is_some() {
            return Ok(format!("{}/123456789012/{id}", self.aws));
        }
        match id {
            "AdminKeySha256" => Ok(ADMIN_KEY_SHA256.to_owned()),
            "TokenSigningKeys" => Ok(SIGNING_KEY.to_owned()),
            "AWS::StackName" => Ok("chatlog".to_owned()),
            "AwsEndpointUrl" => Ok(self.aws.clone()),
            "OpenSearchEndpoint" => Ok(self.opensearch.clone()),
            _ => {
                let parameter = template.parameters.iter().find(|parameter| parameter.name == id);
                match parameter.and_then(|parameter| parameter.default.clone()) {
                    Some(default) => Ok(default),
                    None => bail!("the simulated deployment has no value for the parameter {id}"),
                }
            }
        }
    }
}

impl Stubs {
    /// As [`Addresses::variables`], with the addresses of these stubs.
    pub fn variables(&self, name: &str) -> Result<BTreeMap<String, String>> {
        let addresses = Addresses { aws: self.aws_url(), opensearch: self.opensearch_url() };
        addresses.variables(&self.template, name)
    }
}
