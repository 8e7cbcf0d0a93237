use anyhow::{Context, Result};
use clap::Args;
use conversation::ports::ReadApplications;
use conversation::{Limit, MAX_LIMIT, Order, PageRequest};
use serde::Serialize;

use super::row::Row;
use crate::arguments::Output;
use crate::deployment::Deployment;
use crate::output::{Show, table};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The most applications to list [default: all]
    #[arg(long)]
    limit: Option<usize>,
    /// Lists the newest first
    #[arg(long)]
    newest_first: bool,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Listed(Vec<Row>);

pub(super) async fn run(deployment: &Deployment, options: &Options, output: Output) -> Result<()> {
    let applications = deployment.applications()?;
    let most = options.limit.unwrap_or(usize::MAX);
    let order = if options.newest_first { Order::Descending } else { Order::Ascending };
    let limit = Limit::new(MAX_LIMIT).context("no page has this size")?;
    let mut page = PageRequest { limit, order, after: None };
    let mut rows = Vec::new();
    while rows.len() < most {
        let read = applications.applications(&page).await.context("could not list the applications")?;
        rows.extend(read.items.iter().map(Row::from));
        page.after = read.next;
        if page.after.is_none() {
            break;
        }
    }
    rows.truncate(most);
    output.print(&Listed(rows))
}

impl Show for Listed {
    fn show(&self) -> String {
        let rows = self.0.iter().map(|row| {
            [
                row.id.clone(),
                row.name.clone(),
                row.chats_count.to_string(),
                row.created_at.clone(),
                row.state().to_owned(),
            ]
        });
        table(["id", "name", "chats", "created at", "state"], rows)
    }
}
