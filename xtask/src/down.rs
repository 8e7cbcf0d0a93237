//! `cargo xtask down`.

use anyhow::Result;
use clap::Args;

use crate::checkout::Checkout;
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
    let folder = StackFolder::of_up(&checkout);
    let _lock = lock::acquire(&checkout.lock("up"), "another `cargo xtask up` or `down`")?;
    let ran = stack::end(&folder)?;
    println!("{}", if ran { "Chatlog is down." } else { "Chatlog was not up." });
    if options.erase && folder.path.exists() {
        fs_err::remove_dir_all(&folder.path)?;
        println!("Its data is erased.");
    }
    Ok(())
}
