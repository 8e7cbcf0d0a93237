//! `cargo xtask down`.

use anyhow::Result;
use clap::Args;

use crate::checkout::Checkout;
use crate::machine::lock;
use crate::stack;
use crate::stack_home::StackHome;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Remove the data as well: applications, chats, messages, queues and the search index
    #[arg(long)]
    erase: bool,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let checkout = Checkout::find()?;
    let home = StackHome::of_up(&checkout);
    let _lock = lock::acquire(&checkout.lock("up"), "another `cargo xtask up` or `down`")?;
    let ran = stack::end(&home)?;
    println!("{}", if ran { "Chatlog is down." } else { "Chatlog was not up." });
    if options.erase && home.folder.exists() {
        fs_err::remove_dir_all(&home.folder)?;
        println!("Its data is erased.");
    }
    Ok(())
}
