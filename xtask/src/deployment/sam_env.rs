//! The file of `sam local --env-vars`: it lets a function in a container of SAM use a running stack.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use deployment_template::Template;

use super::lambda::Deployed;
use crate::checkout::Checkout;
use crate::machine::json_file;

/// In `infra/local`. Git ignores it: the variables have the stack's keys.
const FILE: &str = "sam-env.json";

/// Removes the file of a stack that ends.
pub(crate) fn remove(checkout: &Checkout) -> Result<()> {
    json_file::remove(&checkout.infra(FILE))
}

/// Writes the variables of every deployed function, by its logical id. SAM itself would set logical ids for the names of
/// tables and the addresses of queues.
pub(crate) fn write(checkout: &Checkout, aws: &str, template: &Template) -> Result<()> {
    let deployed = Deployed::list(aws)?;
    let mut variables = BTreeMap::new();
    for function in &template.functions {
        let found = deployed.find(function).with_context(|| format!("{} is not deployed", function.name))?;
        variables.insert(&function.id, &found.environment.variables);
    }
    json_file::write(&checkout.infra(FILE), &variables)
}
