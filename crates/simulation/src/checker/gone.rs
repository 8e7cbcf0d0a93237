//! A deleted chat is gone from the reply to its deletion on: its messages and its search are not found.

use std::time::Duration;

use super::deletion::Deletion;
use super::rule::Rule;
use super::violation::Violation;
use super::writes::Writes;
use crate::history::{ChatKey, Found, History, Subject};

pub(super) fn check(history: &History, writes: &Writes<'_>) -> Vec<Violation> {
    let shown = |chat: ChatKey, start: Duration| {
        let deletion = Deletion::of(&writes.chats.get(&chat)?.deletions).accepted()?;
        let finding = "it was read after its deletion";
        let violation = || Violation::new(Rule::DeletedIsShown, Subject::Chat(chat), finding);
        (start > deletion.end).then(|| violation().with([deletion]))
    };
    let pages = history.followed_pages.iter();
    let pages = pages.filter_map(|page| Some(shown(page.chat, page.start)?.with([page])));
    let searches = history.searches.iter();
    let searches = searches.filter_map(|search| Some(shown(search.chat, search.start)?.with([search])));
    let reads = history.reads.iter().filter(|read| matches!(read.found, Found::Body(_)));
    let reads = reads.filter_map(|read| Some(shown(read.message.chat, read.start)?.with([read])));
    pages.chain(searches).chain(reads).collect()
}
