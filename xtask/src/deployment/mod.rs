//! template.yaml on the local AWS engine: built, deployed and checked to run.

pub(crate) mod build;
mod cloudformation;
pub(crate) mod deploy;
pub(crate) mod lambda;
pub(crate) mod readiness;
pub(crate) mod sam_env;
mod stack_state;

use anyhow::{Context, Result};
use deployment_template::Template;

use crate::checkout::Checkout;

pub(crate) fn read_template(checkout: &Checkout) -> Result<Template> {
    Template::parse(&fs_err::read_to_string(checkout.template())?).context("template.yaml")
}
