use std::fmt;
use std::time::Duration;

use super::Report;
use super::numbers::{grouped, number};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "| what | result |\n|---|---|")?;
        let rate = self.accepted_per_second();
        writeln!(f, "| accepted writes | {}, {rate:.1}/s |", grouped(self.accepted))?;
        let others = if self.busy_chat.is_some() { "other chats" } else { "all chats" };
        let delays = self.busy_chat.as_ref().map(|delays| ("busy chat", delays));
        for (chats, delays) in delays.into_iter().chain([(others, &self.other_chats)]) {
            writeln!(f, "| {chats}, accepted → readable | {} |", delays.readable)?;
            writeln!(f, "| {chats}, accepted → searchable | {} |", delays.searchable)?;
        }
        let (api, consumers) = (self.peak_api_concurrency, self.peak_consumer_concurrency);
        let together = self.peak_concurrency;
        writeln!(f, "| peak concurrency | {together} (API {api}, persist, reindex and sweep {consumers}) |")?;
        for (queue, peak) in [("writes.fifo", self.peak_writes), ("index", self.peak_index_requests)] {
            writeln!(f, "| peak backlog of {queue} | {} |", backlog(peak))?;
        }
        let refused = [self.too_many_requests, self.server_errors, self.no_replies].map(grouped);
        writeln!(f, "| 429, 5xx, no reply | {} |", refused.join(", "))?;
        writeln!(f, "| dead letters | {} |", self.dead_letters)?;
        writeln!(
            f,
            "| largest ledger, most receives of a record | {}, {} |",
            self.peak_ledger, self.most_receives
        )?;
        writeln!(f, "| faults injected | {} |", grouped(self.faults))?;
        write!(f, "{}", self.cost)?;
        writeln!(
            f,
            "| violations: safety, liveness | {}, {} |",
            self.safety_violations, self.liveness_violations
        )
    }
}

fn backlog((records, at): (usize, Duration)) -> String {
    match records {
        0 => "none".to_owned(),
        _ => format!("{} records after {:.0} s", grouped(number(records)), at.as_secs_f64()),
    }
}
