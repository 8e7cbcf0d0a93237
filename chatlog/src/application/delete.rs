use anyhow::{Context, Result, bail};
use conversation::{ApplicationId, Caller, Failure, Problem, delete_application};
use serde::Serialize;

use super::row::Row;
use super::{ChangeOptions, find};
use crate::arguments::Output;
use crate::deployment::Deployment;
use crate::output::Show;

#[derive(Debug, Serialize)]
struct Deleted {
    application: Row,
    is_dry_run: bool,
}

pub(super) async fn run(deployment: &Deployment, options: &ChangeOptions, output: Output) -> Result<()> {
    let (id, dry_run) = (&options.id.parse()?, options.dry_run);
    let application = find(deployment, id).await?;
    if !dry_run {
        let (versions, applications) = (deployment.token_versions()?, deployment.deleted_applications()?);
        let operator = Caller { application: id.clone(), token_version: None };
        let deleted =
            delete_application(&operator, &versions, &applications, &deployment.write_queue()?).await;
        deleted.or_else(|failure| failed(failure, id))?;
    }
    output.print(&Deleted { application, is_dry_run: dry_run })
}

fn failed(failure: Failure, id: &ApplicationId) -> Result<()> {
    let advice = match failure.problem {
        Problem::ApplicationNotFound => {
            bail!("there is no application {id} any more: another request deleted it")
        }
        Problem::OutcomeUnknown => {
            "it may be half deleted: run the command again, until there is no such application"
        }
        _ => "nothing is deleted: run the command again",
    };
    match failure.cause {
        Some(cause) => Err(anyhow::Error::from_boxed(cause)).context(advice),
        None => bail!(advice),
    }
}

impl Show for Deleted {
    fn show(&self) -> String {
        let Row { id, name, chats_count, .. } = &self.application;
        if self.is_dry_run {
            return format!("Would delete {id}, {name}, with {chats_count} chats.");
        }
        format!(
            "Deleted {id}, {name}. Its tokens stop working within 30 s; {chats_count} chats are removed in the background."
        )
    }
}
