use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::future::try_join_all;

use super::clients::Clients;
use super::preload::add_messages;
use crate::history::{Outcome, Reply, Request};

/// What exists before the measured part of a run.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setup {
    pub(crate) applications: u32,
    /// Spread evenly over the applications.
    pub(crate) chats: u32,
    /// Whether one of the chats is treated apart from all others.
    pub(crate) busy_chat: bool,
    /// Messages of the busy chat.
    pub(crate) messages: u32,
}

/// How many requests are sent at once.
const AT_ONCE: usize = 50;
/// How long the setup may take, in virtual time.
const LONGEST: Duration = Duration::from_mins(10);

/// Creates what the setup names, through the API, and waits until it is stored.
///
/// # Errors
/// A request fails, although nothing is wrong.
pub(crate) async fn prepare(clients: &Clients, setup: &Setup) -> Result<()> {
    let names = (1..=setup.applications)
        .map(|number| Request::CreateApplication { name: format!("application {number}").into() });
    let mut applications = Vec::new();
    for reply in create(clients, names.collect()).await? {
        let Reply::Application(application) = reply else { bail!("no application: {reply:?}") };
        applications.push(application);
    }
    let chats =
        applications.iter().cycle().map(|application| Request::CreateChat { application: *application });
    create(clients, chats.take(usize::try_from(setup.chats)?).collect()).await?;
    if setup.busy_chat {
        clients.directory().choose_busy_chat();
    }
    if setup.messages > 0 {
        let chat = clients.directory().busy_chat().context("no busy chat")?;
        create(clients, vec![Request::CreateMessage { chat, body: "message 1".into() }]).await?;
        clients.region.drain(LONGEST).await;
        add_messages(clients, chat, setup.messages.into())?;
    }
    ensure!(clients.region.drain(LONGEST).await, "the setup was not stored");
    Ok(())
}

/// Sends requests, some at once. Returns the replies in the same order.
async fn create(clients: &Clients, requests: Vec<Request>) -> Result<Vec<Reply>> {
    let mut replies = Vec::new();
    for requests in requests.chunks(AT_ONCE) {
        let attempts = requests.iter().zip(1..).map(|(request, number)| async move {
            match clients.client(number).attempt(request, None).await? {
                Outcome::Ok(reply) => Ok(reply),
                outcome => bail!("{request}: {outcome}"),
            }
        });
        replies.extend(try_join_all(attempts).await?);
    }
    Ok(replies)
}
