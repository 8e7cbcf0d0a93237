//! Followers read a chat page by page, each page after the last number of the page before. They see every message that is
//! stored in time.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;
use std::time::Duration;

use conversation::GAP_WAIT;

use super::client_write::ClientWrite;
use super::creations::Creations;
use super::listing;
use super::rule::Rule;
use super::violation::Violation;
use super::writes::Writes;
use crate::history::{
    ChatContents, ChatKey, ClientKey, FinalState, FollowedPage, History, MessageKey, Metrics, Subject,
};

/// When messages became readable.
type ReadableSince = HashMap<MessageKey, Duration>;

pub(super) fn check(
    history: &History,
    writes: &Writes<'_>,
    metrics: &Metrics,
    state: &FinalState,
) -> Vec<Violation> {
    let readable = metrics.visibility.iter();
    let readable = readable.filter_map(|visible| Some((visible.message, visible.readable?))).collect();
    let mut pages: BTreeMap<ChatKey, BTreeMap<ClientKey, Vec<&FollowedPage>>> = BTreeMap::new();
    for page in &history.followed_pages {
        pages.entry(page.chat).or_default().entry(page.client).or_default().push(page);
    }
    let stored: BTreeMap<ChatKey, &ChatContents> = listing::chats(&state.tables).collect();
    let no_creations = Creations::default();
    let mut violations = Vec::new();
    for (chat, followers) in &pages {
        let creations = writes.chats.get(chat).map_or(&no_creations, |writes| &writes.messages);
        violations.extend(unexplained(followers.values().flatten().copied(), creations));
        violations.extend(followers.values().flatten().filter_map(|page| unordered(page)));
        let stored = stored.get(chat).map_or(&[][..], |contents| &contents.messages);
        let stored: Vec<u64> = stored.iter().map(|message| message.number).collect();
        for pages in followers.values() {
            // A follower that starts again does not see what it missed before.
            for session in pages.chunk_by(|one, two| one.after <= two.after) {
                violations.extend(missed(session, &stored, creations, &readable));
            }
        }
    }
    violations
}

fn unordered(page: &FollowedPage) -> Option<Violation> {
    let before = std::iter::once(page.after).chain(page.numbers.iter().copied());
    let (before, after) = before.zip(&page.numbers).find(|(before, after)| before >= after)?;
    let finding = format!("a page lists {after} after {before}");
    Some(Violation::new(Rule::ApiDiffers, Subject::Chat(page.chat), finding).with([page]))
}

/// A message that a follower saw, although no creation can explain it: of those that nobody saw accepted, one for each
/// unknown outcome is explained.
fn unexplained<'h>(
    pages: impl Iterator<Item = &'h FollowedPage>,
    creations: &Creations<'_>,
) -> Option<Violation> {
    let (mut unacknowledged, explained) = (BTreeSet::new(), creations.unknown().count());
    for page in pages {
        for number in page.numbers.iter().filter(|number| creations.numbered(**number).is_none()) {
            unacknowledged.insert(*number);
            if unacknowledged.len() > explained {
                let subject = Subject::Message(MessageKey { chat: page.chat, number: *number });
                let finding = "a follower saw it, but nobody created it";
                return Some(Violation::new(Rule::Unexplained, subject, finding).with([page]));
            }
        }
    }
    None
}

/// `stored` are the numbers of the stored messages, in order.
fn missed(
    pages: &[&FollowedPage],
    stored: &[u64],
    creations: &Creations<'_>,
    readable: &ReadableSince,
) -> Vec<Violation> {
    let start = pages.iter().map(|page| page.after).min().unwrap_or_default();
    let mut seen: Vec<u64> = pages.iter().flat_map(|page| &page.numbers).copied().collect();
    seen.sort_unstable();
    let end = seen.last().copied().unwrap_or_default();
    let passed =
        stored.partition_point(|number| *number <= start)..stored.partition_point(|number| *number < end);
    let passed = stored.get(passed).unwrap_or_default();
    let unseen = passed.iter().filter(|number| seen.binary_search(number).is_err());
    unseen.filter_map(|number| miss(*number, pages, creations, readable)).collect()
}

/// `pages` are in ascending order of the numbers after which they start. So the page that went past the number is the last
/// one that starts before it, or one shortly before that.
fn miss(
    number: u64,
    pages: &[&FollowedPage],
    creations: &Creations<'_>,
    readable: &ReadableSince,
) -> Option<Violation> {
    let before = pages.get(..pages.partition_point(|page| page.after < number))?;
    let page = before.iter().rev().find(|page| page.numbers.iter().any(|seen| *seen > number))?;
    let missed = creations.numbered(number).and_then(ClientWrite::accepted);
    let overtaking = || page.numbers.iter().filter(|seen| **seen > number);
    let later = overtaking().find_map(|seen| {
        let write = creations.numbered(*seen)?;
        let is_later = missed.is_some_and(|missed| missed.end < write.start());
        is_later.then(|| write.accepted()).flatten()
    });
    let first = || overtaking().find_map(|seen| creations.numbered(*seen)?.accepted());
    let message = MessageKey { chat: page.chat, number };
    let (rule, finding) = if later.is_some() {
        (Rule::ReadableOutOfOrder, "a message that was sent later was readable before it")
    } else {
        let overtaken_by = overtaking().min().copied().unwrap_or(number);
        let waited_until = created(number + 1..=overtaken_by, creations)? + GAP_WAIT;
        if readable.get(&message).is_some_and(|readable| *readable > waited_until) {
            return None;
        }
        (Rule::FollowerMissed, "a follower went past it, although it was readable within a minute")
    };
    let subject = Subject::Message(message);
    let shown = missed.into_iter().chain(later.or_else(first));
    Some(Violation::new(rule, subject, finding).with(shown).with([*page]))
}

/// When the first of the messages with these numbers was created, at the earliest.
fn created(numbers: RangeInclusive<u64>, creations: &Creations<'_>) -> Option<Duration> {
    numbers.filter_map(|number| creations.numbered(number)).map(ClientWrite::start).min()
}
