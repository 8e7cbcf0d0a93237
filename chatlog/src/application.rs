//! `chatlog application`

mod delete;
mod disable;
mod list;
mod row;
mod show;

use anyhow::{Context, Result, anyhow};
use clap::{ArgAction, Args, Subcommand};
use conversation::ApplicationId;
use conversation::ports::ReadApplications;

use crate::arguments::Output;
use crate::deployment::Deployment;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Lists applications in the order of their creation, without their tokens
    List(list::Options),
    /// Shows one application, without its token
    Show(Id),
    /// Closes an application to its tenant: requests with its tokens get 403 within 30 s. Nothing is lost
    Disable(ChangeOptions),
    /// Opens a disabled application again
    Enable(ChangeOptions),
    /// Deletes an application with all its chats, as `DELETE /applications/{id}`. It cannot be undone
    Delete(ChangeOptions),
}

/// The id of an application. Some begin with a hyphen, even with `-h`, so the commands that take one have no option of that name.
#[derive(Debug, Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Id {
    /// The id of the application
    #[arg(value_name = "APPLICATION", allow_hyphen_values = true)]
    id: String,
    /// Print help
    #[arg(long, action = ArgAction::Help)]
    help: Option<bool>,
}

#[derive(Debug, Args)]
pub(crate) struct ChangeOptions {
    #[command(flatten)]
    id: Id,
    /// Says what would be changed, and changes nothing
    #[arg(long)]
    dry_run: bool,
}

pub(crate) async fn run(deployment: &Deployment, command: Command, output: Output) -> Result<()> {
    match command {
        Command::List(options) => list::run(deployment, &options, output).await,
        Command::Show(id) => show::run(deployment, &id.parse()?, output).await,
        Command::Disable(options) => disable::run(deployment, &options, true, output).await,
        Command::Enable(options) => disable::run(deployment, &options, false, output).await,
        Command::Delete(options) => delete::run(deployment, &options, output).await,
    }
}

impl Id {
    /// Not by clap, whose error would repeat what may be a token.
    pub(crate) fn parse(&self) -> Result<ApplicationId> {
        let parsed = ApplicationId::parse(&self.id);
        parsed.map_err(|_| anyhow!("not the id of an application, which has 22 characters"))
    }
}

async fn find(deployment: &Deployment, id: &ApplicationId) -> Result<row::Row> {
    let application = deployment.applications()?.application(id).await;
    let application = application.with_context(|| format!("could not read the application {id}"))?;
    let application =
        application.with_context(|| format!("there is no application {id}, or it was deleted"))?;
    Ok(row::Row::from(&application))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_about_an_id_does_not_repeat_it() {
        let token = "BwcHBwcHBwcHBwcHBwcHBwAAAAEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let parse = |text: &str| Id { id: text.to_owned(), help: None }.parse();
        assert!(parse(token).is_err_and(|error| !error.to_string().contains(token)));
        assert_eq!(parse("BwcHBwcHBwcHBwcHBwcHBw").unwrap(), ApplicationId::from_bytes([7; 16]));
    }
}
