//! `chatlog idempotency-keys`

use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use serde::Serialize;
use tokio::time::Instant;

use crate::arguments::Output;
use crate::deployment::Deployment;
use crate::output::{Show, progress};
use crate::pace::Pace;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Forgets all keys, after a restore of tables: they name numbers that the restored counters give out again. Run it while the API is
    /// stopped: a key in use would be forgotten, too
    Forget(Forget),
}

#[derive(Debug, Args)]
pub(crate) struct Forget {
    #[command(flatten)]
    pace: Pace,
    /// Says about how many keys would be forgotten, and forgets none
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Serialize)]
struct Forgotten {
    keys: u64,
    is_dry_run: bool,
}

impl Show for Forgotten {
    fn show(&self) -> String {
        let Self { keys, is_dry_run } = self;
        if *is_dry_run { format!("Would forget about {keys} keys.") } else { format!("Forgot {keys} keys.") }
    }
}

pub(crate) async fn run(deployment: &Deployment, command: Command, output: Output) -> Result<()> {
    let Command::Forget(Forget { pace, dry_run }) = command;
    let table = deployment.idempotency_keys()?;
    let rows = table.approximate_rows().await.context("could not describe the table of idempotency keys")?;
    if dry_run {
        return output.print(&Forgotten { keys: rows, is_dry_run: true });
    }
    let bar = progress(rows, "keys")?;
    let (mut keys, mut position) = (0, None);
    loop {
        let began = Instant::now();
        let forgotten = table.forget_page(position.as_deref(), pace.limit()).await;
        let forgotten =
            forgotten.context("could not forget all idempotency keys; run the command again to continue")?;
        keys += u64::try_from(forgotten.keys)?;
        bar.set_position(keys);
        position = forgotten.next;
        if position.is_none() {
            break;
        }
        pace.wait(began, forgotten.units).await;
    }
    bar.finish_and_clear();
    output.print(&Forgotten { keys, is_dry_run: false })
}
