//! The calls of one invocation, in rounds.

use simulated_aws::{RecordedCall, Units};

/// In the order in which they arrived.
#[derive(Debug)]
pub(crate) struct Calls(pub(crate) Vec<RecordedCall>);

impl Calls {
    pub(crate) fn units(&self) -> Units {
        let units = self.0.iter().map(|recorded| recorded.call.units);
        units.fold(Units::default(), |sum, one| Units {
            write: sum.write + one.write,
            read: sum.read + one.read,
        })
    }

    /// The calls of one round were with the services at the same time.
    pub(crate) fn rounds(&self) -> Vec<Vec<&RecordedCall>> {
        let mut rounds: Vec<Vec<&RecordedCall>> = Vec::new();
        for call in &self.0 {
            match rounds.last_mut() {
                Some(round) if round.iter().all(|other| call.arrived < other.replied) => round.push(call),
                _ => rounds.push(vec![call]),
            }
        }
        rounds
    }

    /// A line for each round; equal rounds that follow each other share one.
    pub(crate) fn lines(&self) -> Vec<String> {
        let rounds: Vec<String> = self.rounds().iter().map(|round| line(round)).collect();
        let runs = rounds.chunk_by(|one, next| one == next);
        runs.filter_map(|run| run.first().map(|round| repeated(round, run.len(), "in sequence"))).collect()
    }
}

fn line(round: &[&RecordedCall]) -> String {
    let mut names: Vec<String> = round.iter().map(|recorded| recorded.call.name()).collect();
    names.sort_unstable();
    let kinds = names.chunk_by(|one, next| one == next);
    let kinds: Vec<String> =
        kinds.filter_map(|kind| kind.first().map(|name| repeated(name, kind.len(), "at once"))).collect();
    kinds.join(" & ")
}

fn repeated(text: &str, times: usize, how: &str) -> String {
    if times == 1 { text.to_owned() } else { format!("{text} ({times} {how})") }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use simulated_aws::{Call, Permission, Service};

    use super::*;

    /// Calls of `operation` on Chats, each from one millisecond to another.
    fn calls(calls: &[(&str, u64, u64)]) -> Calls {
        let origin = Instant::now();
        let call = |(operation, from, until): &(&str, u64, u64)| RecordedCall {
            call: Call {
                caller: "persist".to_owned(),
                service: Service::DynamoDb,
                operation: (*operation).to_owned(),
                permissions: [Permission { action: "any".to_owned(), resource: "Chats".to_owned() }].into(),
                units: Units { write: 1.0, read: 0.5 },
            },
            arrived: origin + Duration::from_millis(*from),
            replied: origin + Duration::from_millis(*until),
        };
        Calls(calls.iter().map(call).collect())
    }

    #[test]
    fn calls_that_overlap_are_one_round() {
        let calls = calls(&[("GetItem", 0, 5), ("Query", 1, 6), ("GetItem", 2, 7), ("PutItem", 7, 9)]);
        assert_eq!(calls.rounds().iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
        assert_eq!(calls.lines(), ["GetItem Chats (2 at once) & Query Chats", "PutItem Chats"]);
        assert_eq!(calls.units(), Units { write: 4.0, read: 2.0 });
    }

    #[test]
    fn a_call_joins_a_round_only_if_it_overlaps_with_all_of_it() {
        let calls = calls(&[("GetItem", 0, 2), ("Query", 1, 6), ("PutItem", 3, 7)]);
        assert_eq!(calls.rounds().iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn equal_rounds_share_a_line() {
        let calls = calls(&[("PutItem", 0, 1), ("PutItem", 2, 3), ("GetItem", 4, 5), ("PutItem", 6, 7)]);
        assert_eq!(calls.lines(), ["PutItem Chats (2 in sequence)", "GetItem Chats", "PutItem Chats"]);
    }
}
