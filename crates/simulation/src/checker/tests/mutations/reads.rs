//! Pages, reads and searches that are wrong.

use std::time::Duration;

use super::Mutation;
use crate::checker::Rule;
use crate::history::{ClientKey, FollowedPage, Found, Read, Search};

pub(super) const MUTATIONS: &[Mutation] = &[
    ("a page of a follower is out of order", &[Rule::ApiDiffers], |run| {
        let page = run.history.followed_pages.iter_mut().find(|page| page.numbers.len() > 1);
        page.map(|page| page.numbers.reverse()).is_some()
    }),
    ("a message is readable after a later one", &[Rule::ReadableOutOfOrder], |run| run.hide().is_some()),
    ("a message is readable after one that overlapped", &[Rule::FollowerMissed], |run| {
        run.hide_overlapping().is_some()
    }),
    ("a deleted chat is listed", &[Rule::DeletedIsShown], |run| {
        let Some(chat) = run.deleted_chat() else { return false };
        let ((start, end), client) = (run.after_all(), ClientKey(1));
        let numbers = Vec::new();
        run.history.followed_pages.push(FollowedPage { client, chat, start, end, after: 0, numbers });
        true
    }),
    ("a deleted chat is searched", &[Rule::DeletedIsShown], |run| {
        let Some(chat) = run.deleted_chat() else { return false };
        let ((start, end), client) = (run.after_all(), ClientKey(1));
        run.history.searches.push(Search { client, chat, text: "m".into(), start, end, hits: Vec::new() });
        true
    }),
    ("a message of a deleted chat is read", &[Rule::DeletedIsShown], |run| {
        let message = run.deleted_chat().and_then(|chat| run.accepted_in(chat));
        let Some(message) = message else { return false };
        let Some(body) = run.created_body(message) else { return false };
        let (start, end) = run.after_all();
        let found = Found::Body(body);
        run.history.reads.push(Read { client: ClientKey(1), message, start, end, found });
        true
    }),
    ("a follower sees messages that nobody sent", &[Rule::Unexplained], |run| {
        let sent = u64::try_from(run.history.operations.len()).unwrap();
        let Some(page) = run.history.followed_pages.last_mut() else { return false };
        let last = page.numbers.last().copied().unwrap_or(page.after).max(1000);
        page.numbers.extend(last + 1..last + 2 + sent);
        true
    }),
    ("a read shows a body that nobody sent", &[Rule::WrongRead], |run| {
        let read = run.history.reads.first_mut();
        read.map(|read| read.found = Found::Body("something else".into())).is_some()
    }),
    ("a read shows a body that is sent later", &[Rule::WrongRead], |run| {
        run.history.reads.first_mut().map(|read| read.end = Duration::ZERO).is_some()
    }),
    ("a read does not find a message", &[Rule::WrongRefusal], |run| {
        let Some(message) = run.kept() else { return false };
        let (start, end) = run.after_all();
        let found = Found::Nothing { code: "message_not_found".into() };
        run.history.reads.push(Read { client: ClientKey(1), message, start, end, found });
        true
    }),
    ("a search finds a message without the text", &[Rule::WrongHit], |run| {
        let search = run.history.searches.iter_mut().find(|search| !search.hits.is_empty());
        search.map(|search| search.text = "something else".into()).is_some()
    }),
    ("a search finds a message before it is sent", &[Rule::WrongHit], |run| {
        let search = run.history.searches.iter_mut().find(|search| !search.hits.is_empty());
        search.map(|search| search.end = Duration::ZERO).is_some()
    }),
    ("a search finds one message twice", &[Rule::ApiDiffers], |run| {
        let search = run.history.searches.iter_mut().find(|search| !search.hits.is_empty());
        search.map(|search| search.hits.insert(0, search.hits[0])).is_some()
    }),
    ("the hits of a search are out of order", &[Rule::ApiDiffers], |run| {
        let search = run.history.searches.iter_mut().find(|search| search.hits.len() > 2);
        search.map(|search| search.hits.swap(0, 1)).is_some()
    }),
    ("a search finds a message long after its deletion", &[Rule::DeletedIsFound], |run| {
        run.search_deleted(Duration::from_secs(61))
    }),
];
