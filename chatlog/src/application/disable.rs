use anyhow::{Context, Result, bail};
use conversation::ports::DisableApplications;
use serde::Serialize;

use super::{ChangeOptions, find};
use crate::arguments::Output;
use crate::deployment::Deployment;
use crate::output::Show;

#[derive(Debug, Serialize)]
struct Changed {
    id: String,
    name: String,
    /// What it was before.
    was_disabled: bool,
    is_disabled: bool,
    is_dry_run: bool,
}

pub(super) async fn run(
    deployment: &Deployment,
    options: &ChangeOptions,
    is_disabled: bool,
    output: Output,
) -> Result<()> {
    let id = options.id.parse()?;
    let found = find(deployment, &id).await?;
    if !options.dry_run {
        let exists = deployment.disabled_applications()?.set_disabled(&id, is_disabled).await;
        if !exists.with_context(|| format!("could not change the application {id}; run the command again"))? {
            bail!("there is no application {id} any more: it was deleted");
        }
    }
    let (was_disabled, is_dry_run) = (found.is_disabled, options.dry_run);
    output.print(&Changed { id: found.id, name: found.name, was_disabled, is_disabled, is_dry_run })
}

impl Show for Changed {
    fn show(&self) -> String {
        let Self { id, name, was_disabled, is_disabled, is_dry_run } = self;
        let state = if *is_disabled { "disabled" } else { "enabled" };
        match (was_disabled == is_disabled, is_dry_run) {
            (true, _) => format!("{id}, {name}, was {state} already."),
            (false, true) => format!("{id}, {name}, would be {state}."),
            (false, false) => format!("{id}, {name}, is {state}. All functions know it within 30 s."),
        }
    }
}
