//! The file of `sam local --env-vars`: it lets a function in a container of SAM use a running stack.

use std::collections::BTreeMap;
use std::io::ErrorKind;

use anyhow::{Context, Result};
use deployment_template::Template;

use super::lambda;
use crate::checkout::Checkout;
use crate::machine::json_file;

/// In `infra/local`. Git ignores it: the variables have the stack's keys.
const FILE: &str = "sam-env.json";

/// Removes the file of a stack that ends.
pub(crate) fn remove(checkout: &Checkout) -> Result<()> {
    match fs_err::remove_file(checkout.infra(FILE)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Writes the variables of every deployed function, by its logical id. SAM itself would set logical ids for the names of
/// tables and the addresses of queues.
pub(crate) fn write(checkout: &Checkout, aws: &str, template: &Template) -> Result<()> {
    let mut variables = BTreeMap::new();
    for function in &template.functions {
        let deployed = lambda::find(aws, function)?;
        let deployed = deployed.with_context(|| format!("{} is not deployed", function.name))?;
        variables.insert(&function.id, deployed.environment.variables);
    }
    json_file::write(&checkout.infra(FILE), &variables)
}
