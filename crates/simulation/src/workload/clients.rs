use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::client::Client;
use super::directory::Directory;
use crate::faults::{UNREADABLE_RECORD, UNREADABLE_RECORDS};
use crate::history::{ChatKey, ClientKey, History};
use crate::random::Random;
use crate::region::Region;
use crate::services::sqs::WRITES;

/// The keys of clients that write count from 1; those of all others begin here.
pub(super) const FIRST_FOLLOWER: u32 = 1_000_000;
pub(super) const FIRST_SEARCHER: u32 = 2_000_000;
pub(super) const FIRST_READER: u32 = 2_500_000;
/// The client that sent the messages that exist before the run.
pub(super) const PRELOADER: u32 = 3_000_000;

/// How long a client waits for a response, unless it is impatient: a little longer than API Gateway waits for a function.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What all clients share. Clones share it, too.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    pub(crate) region: Arc<Region>,
    history: Arc<Mutex<History>>,
    directory: Arc<Mutex<Directory>>,
}

impl Clients {
    pub(crate) fn new(region: Arc<Region>) -> Self {
        Self { region, history: Arc::default(), directory: Arc::default() }
    }

    pub(super) fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn directory(&self) -> MutexGuard<'_, Directory> {
        self.directory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A client that waits for a response as long as API Gateway does.
    pub(crate) fn client(&self, key: u32) -> Client {
        self.client_with_timeout(key, TIMEOUT)
    }

    pub(super) fn client_with_timeout(&self, key: u32, timeout: Duration) -> Client {
        Client { shared: self.clone(), key: ClientKey(key), timeout }
    }

    /// Puts a record that no version can read on the queue of writes, in the group of a chat. Returns whether there is a
    /// chat.
    pub(crate) fn put_unreadable_record(&self, random: &Random) -> bool {
        let directory = self.directory();
        let Some(chat) = directory.busy_or_any_chat(random) else { return false };
        let Some(application) = directory.application(chat.application) else { return false };
        let group = format!("{}#{}", application.id, chat.number);
        self.region.sqs.put(WRITES, &group, UNREADABLE_RECORD, self.region.context.now());
        self.region.context.faults.count(UNREADABLE_RECORDS);
        true
    }

    /// The busy chat, even if it was deleted.
    pub(crate) fn chosen_busy_chat(&self) -> Option<ChatKey> {
        self.directory().chosen_busy_chat()
    }

    /// Takes the history so far.
    pub(crate) fn take_history(&self) -> History {
        std::mem::take(&mut self.history())
    }
}
