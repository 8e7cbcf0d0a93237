use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use super::clients::{Clients, FIRST_FOLLOWER};
use crate::history::FollowedPage;
use crate::random::Random;

/// The most messages of a page.
const LIMIT: u8 = 100;

/// Follows one open chat after the other, forever: goes on where the link of a page leads or, if it has none, after the last
/// message that it saw.
///
/// # Errors
/// The simulation cannot run a request.
pub(crate) async fn follow(clients: Clients, number: u32, random: Random) -> Result<()> {
    let client = clients.client(FIRST_FOLLOWER + number);
    loop {
        sleep(random.between(Duration::from_millis(200), Duration::from_secs(2))).await;
        let Some(chat) = clients.directory().busy_or_any_chat(&random) else { continue };
        let mut after = 0;
        let mut is_open = true;
        while is_open {
            // After its deletion, the chat is read once more: it must be gone.
            is_open = clients.directory().is_open(chat);
            let start = clients.region.context.now();
            let response = client.messages_after(chat, after, LIMIT).await?;
            let end = clients.region.context.now();
            if let Some(response) = response.filter(|response| response.status == 200) {
                let numbers = response.numbers();
                let next = response.next.as_ref().and_then(|next| next.parse().ok());
                let last = next.or(numbers.last().copied());
                let page = FollowedPage { client: client.key, chat, start, end, after, numbers };
                clients.history().followed_pages.push(page);
                after = last.unwrap_or(after);
            }
            sleep(random.between(Duration::from_millis(100), Duration::from_secs(1))).await;
        }
    }
}
