//! `cargo xtask down`.

use anyhow::{Context, Result};
use clap::Args;

use crate::checkout::Checkout;
use crate::stack_home::StackHome;
use crate::{lock, stack};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Remove the data as well: applications, chats, messages, queues and the search index
    #[arg(long)]
    erase: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let checkout = Checkout::find()?;
    let home = StackHome::of_up(&checkout);
    let _lock = lock::acquire(&checkout.locks().join("up"), "another `cargo xtask up` or `down`")?;
    let ran = stack::end(&home)?;
    println!("{}", if ran { "Chatlog is down." } else { "Chatlog was not up." });
    if options.erase && home.dir().exists() {
        std::fs::remove_dir_all(home.dir())
            .with_context(|| format!("cannot remove {}", home.dir().display()))?;
        println!("Its data is gone.");
    }
    Ok(())
}
