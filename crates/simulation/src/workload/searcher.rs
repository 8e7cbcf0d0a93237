use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use super::clients::{Clients, FIRST_SEARCHER};
use crate::history::Search;
use crate::random::Random;

/// Searches for messages that were accepted, in one open chat after the other, forever.
///
/// # Errors
/// The simulation cannot run a request.
pub(crate) async fn search(clients: Clients, number: u32, random: Random) -> Result<()> {
    let client = clients.client(FIRST_SEARCHER + number);
    loop {
        sleep(random.between(Duration::from_millis(500), Duration::from_secs(2))).await;
        let Some(chat) = clients.directory().busy_or_any_chat(&random) else { continue };
        // The texts of this load are `message 1`, `message 2`, …
        let text = format!("message {}", 1 + random.below(9));
        let start = clients.region.context.now();
        let Some(response) = client.search(chat, &text).await? else { continue };
        if response.status != 200 {
            continue;
        }
        let hits = response.numbers();
        let end = clients.region.context.now();
        let search = Search { client: client.key, chat, text: text.into(), start, end, hits };
        clients.history().searches.push(search);
    }
}
