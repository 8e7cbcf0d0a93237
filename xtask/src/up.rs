//! `cargo xtask up`.

use anyhow::Result;
use clap::Args;

use crate::checkout::Checkout;
use crate::deployment::{read_template, sam_env};
use crate::engine::aws_engine::AwsEngine;
use crate::engine::ports::{self, RequestedPorts};
use crate::machine::progress::step;
use crate::machine::{interrupt, lock};
use crate::stack::{self, Addresses};
use crate::stack_folder::StackFolder;
use crate::tools;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The engine that has the AWS APIs. A stack on another one is stopped
    #[arg(long, value_enum, env = "CHATLOG_ENGINE", default_value_t)]
    engine: AwsEngine,
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
    let folder = StackFolder::of_up(&checkout, options.engine);
    let _lock = lock::acquire(&checkout.lock("up"), "another `cargo xtask up` or `down`")?;
    let machine = step("looking for Python, Java, Rust, a linker and the tools", || {
        tools::install(&checkout, options.engine)
    })?;
    stop_others(&checkout, options.engine)?;
    stack::remove_remains(&folder)?;
    let requested = RequestedPorts { aws: options.port, opensearch: options.opensearch_port };
    let ports = ports::assign(&folder, requested)?;
    let addresses = stack::start(&checkout, &folder, &machine, ports)?;
    sam_env::write(&checkout, &addresses.aws, &read_template(&checkout)?)?;
    print_addresses(&addresses);
    Ok(())
}

/// Stops the stacks on the other engines, since `stack.json` names only one.
fn stop_others(checkout: &Checkout, engine: AwsEngine) -> Result<()> {
    for other in AwsEngine::ALL.into_iter().filter(|other| *other != engine) {
        if stack::end(&StackFolder::of_up(checkout, other))? {
            let data = if other.can_keep_data() { "its data is kept" } else { "its data is lost" };
            println!("  stopped the stack on {}; {data}", other.name());
        }
    }
    Ok(())
}

fn print_addresses(addresses: &Addresses) {
    let Addresses { engine, api, aws, opensearch, .. } = addresses;
    let data = if engine.can_keep_data() {
        "keeps the data"
    } else {
        "loses the data, which this engine cannot keep"
    };
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

`cargo xtask logs` follows the functions' logs; `cargo xtask down` stops everything and {data}."
    );
}
