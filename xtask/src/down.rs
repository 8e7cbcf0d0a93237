//! `cargo xtask down`.

use anyhow::Result;
use clap::Args;

use crate::checkout::Checkout;
use crate::deployment::sam_env;
use crate::engine::aws_engine::AwsEngine;
use crate::machine::lock;
use crate::stack;
use crate::stack_folder::StackFolder;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Remove the data as well: applications, chats, messages, queues and the search index
    #[arg(long)]
    erase: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let checkout = Checkout::find()?;
    let folders = AwsEngine::ALL.map(|engine| StackFolder::of_up(&checkout, engine));
    let _lock = lock::acquire(&checkout.lock("up"), "another `cargo xtask up` or `down`")?;
    sam_env::remove(&checkout)?;
    let mut ran = false;
    for folder in &folders {
        ran |= stack::end(folder)?;
        stack::remove_remains(folder)?;
    }
    println!("{}", if ran { "Chatlog is down." } else { "Chatlog was not up." });
    if options.erase {
        for folder in folders.iter().filter(|folder| folder.path.exists()) {
            fs_err::remove_dir_all(&folder.path)?;
            println!("Its data on {} is erased.", folder.engine.name());
        }
    }
    Ok(())
}
