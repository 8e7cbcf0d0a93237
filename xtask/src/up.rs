//! `cargo xtask up`.

use anyhow::Result;
use clap::Args;

use crate::checkout::Checkout;
use crate::engine::ports::{self, RequestedPorts};
use crate::machine::progress::step;
use crate::machine::{interrupt, lock};
use crate::stack::{self, Addresses};
use crate::stack_folder::StackFolder;
use crate::tools;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The port of the API and of the AWS endpoint [default: the first free one from 4566 on]
    #[arg(long, env = "CHATLOG_PORT")]
    port: Option<u16>,
    /// The port of OpenSearch, from 9201 to 9299 [default: the first free one]
    #[arg(long, env = "CHATLOG_OPENSEARCH_PORT")]
    opensearch_port: Option<u16>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    interrupt::handle_signals()?;
    let checkout = Checkout::find()?;
    let folder = StackFolder::of_up(&checkout);
    let _lock = lock::acquire(&checkout.lock("up"), "another `cargo xtask up` or `down`")?;
    let machine =
        step("looking for Python, Java, Rust, a linker and the tools", || tools::install(&checkout))?;
    let requested = RequestedPorts { aws: options.port, opensearch: options.opensearch_port };
    let ports = ports::assign(&folder, requested, &ports::UP)?;
    let addresses = stack::start(&checkout, &folder, &machine, ports)?;
    print_addresses(&addresses);
    Ok(())
}

fn print_addresses(addresses: &Addresses) {
    let Addresses { api, aws, opensearch, .. } = addresses;
    println!(
        "
Chatlog is up.

  API         {api}
  AWS         {aws}
  OpenSearch  {opensearch}

Try it:

  API={api}
  curl -s \"$API/applications\" --json '{{\"name\":\"my first application\"}}'
  AUTH=\"Authorization: Bearer …\"   # the token in the reply
  curl -s -H \"$AUTH\" -X POST \"$API/applications/self/chats\"
  curl -s -H \"$AUTH\" \"$API/applications/self/chats/1/messages\" --json '{{\"body\":\"Hello, world!\"}}'
  curl -s -H \"$AUTH\" \"$API/applications/self/chats/1/messages/search?q=wor\"

Every operation, to read and to try out: {api}/docs

`cargo xtask logs` follows the functions' logs; `cargo xtask down` stops everything and keeps the data."
    );
}
