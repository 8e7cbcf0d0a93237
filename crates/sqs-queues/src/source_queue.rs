use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::ChangeMessageVisibilityBatchRequestEntry;
use aws_types::SdkConfig;
use conversation::error_chain;
use conversation::ports::StoreError;
use function_environment::{ConfigError, Environment};
use futures_util::future::join_all;
use tokio::time::timeout;

use crate::Delivery;

/// The most messages in one call. Source: `ChangeMessageVisibilityBatch` in the Amazon SQS API reference.
const BATCH: usize = 10;

/// How long the calls may take. If they fail, the records come back after the queue's visibility timeout.
const TIME: Duration = Duration::from_millis(1_500);

const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// With this pause, a record is received 1,000 times, the most that a queue allows, in 25 hours.
const LONGEST_PAUSE: Duration = Duration::from_secs(90);

/// The queue whose records invoke a function.
#[derive(Debug, Clone)]
pub struct SourceQueue {
    client: Client,
    url: String,
}

impl SourceQueue {
    /// # Errors
    /// `SOURCE_QUEUE_URL` is missing or no URL.
    pub fn from_environment(environment: &Environment) -> Result<Self, ConfigError> {
        let wanted = "the URL of the queue whose records invoke the function";
        Ok(Self::new(&environment.sdk, &environment.variables.url("SOURCE_QUEUE_URL", wanted)?))
    }

    #[must_use]
    pub fn new(config: &SdkConfig, url: &str) -> Self {
        Self { client: Client::new(config), url: url.to_owned() }
    }

    /// Makes failed records visible again after a pause, which doubles with each time that a record was received: from one
    /// second to 90. Otherwise they would stay invisible for the queue's visibility timeout, and their group with them.
    ///
    /// The records of one group get the same pause, that of the one received most often: a group is not available as long as
    /// one of its records is invisible.
    pub(crate) async fn retry_soon(&self, failed: &[&Delivery]) {
        let entries: Vec<ChangeMessageVisibilityBatchRequestEntry> = match entries(failed) {
            Ok(entries) => entries,
            Err(error) => return log(&error),
        };
        let calls = join_all(entries.chunks(BATCH).map(|entries| self.change(entries)));
        match timeout(TIME, calls).await {
            Ok(results) => results.into_iter().filter_map(Result::err).for_each(|error| log(&error)),
            Err(elapsed) => log(&StoreError::new(elapsed)),
        }
    }

    async fn change(&self, entries: &[ChangeMessageVisibilityBatchRequestEntry]) -> Result<(), StoreError> {
        let request = self.client.change_message_visibility_batch().queue_url(&self.url);
        let output = request.set_entries(Some(entries.to_vec())).send().await.map_err(StoreError::new)?;
        match output.failed.first() {
            None => Ok(()),
            Some(first) => {
                let count = output.failed.len();
                Err(StoreError::new(format!(
                    "{count} of a batch failed, the first because of {}",
                    first.code
                )))
            }
        }
    }
}

fn log(error: &StoreError) {
    let cause = error_chain(error);
    tracing::warn!(target: "chatlog", cause, "could not make failed records visible soon; they are delivered again after the visibility timeout");
}

fn entries(failed: &[&Delivery]) -> Result<Vec<ChangeMessageVisibilityBatchRequestEntry>, StoreError> {
    let mut receives: BTreeMap<&str, u32> = BTreeMap::new();
    for delivery in failed {
        let most = receives.entry(delivery.unit()).or_default();
        *most = delivery.receives.max(*most);
    }
    let entry = |(position, delivery): (usize, &&Delivery)| {
        let pause = pause(receives.get(delivery.unit()).copied().unwrap_or_default());
        ChangeMessageVisibilityBatchRequestEntry::builder()
            .id(position.to_string())
            .receipt_handle(&delivery.receipt_handle)
            .visibility_timeout(i32::try_from(pause.as_secs()).unwrap_or(i32::MAX))
            .build()
            .map_err(StoreError::new)
    };
    failed.iter().enumerate().map(entry).collect()
}

/// The pause before a record that was received so often is delivered again.
fn pause(receives: u32) -> Duration {
    let doublings = receives.saturating_sub(1).min(16);
    (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn delivery(group: &str, position: usize, receives: u32) -> Delivery {
        Delivery {
            message_id: format!("{group} {position}"),
            receipt_handle: format!("receipt of {group} {position}"),
            receives,
            group: group.to_owned(),
            ..Delivery::default()
        }
    }

    /// The pauses of failed records, in seconds.
    fn pauses(failed: &[Delivery]) -> Vec<i32> {
        let failed: Vec<&Delivery> = failed.iter().collect();
        entries(&failed).unwrap().iter().filter_map(|entry| entry.visibility_timeout).collect()
    }

    #[test]
    fn the_pause_doubles_from_one_second_to_ninety() {
        let seconds = [0, 1, 2, 3, 7, 8, 1_000].map(|receives| pause(receives).as_secs());
        assert_eq!(seconds, [1, 1, 2, 4, 64, 90, 90]);
        let day: Duration = (1..=1_000).map(pause).sum();
        assert!(day > Duration::from_hours(24), "{day:?}");
    }

    #[test]
    fn a_group_is_retried_as_a_whole() {
        assert_eq!(pauses(&[delivery("a", 1, 3), delivery("b", 1, 1), delivery("a", 2, 1)]), [4, 1, 4]);
    }

    #[test]
    fn records_without_a_group_are_retried_one_by_one() {
        assert_eq!(pauses(&[delivery("", 1, 3), delivery("", 2, 1)]), [4, 1]);
    }
}
