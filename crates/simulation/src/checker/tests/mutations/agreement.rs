//! Counts, listings and documents that differ from the tables.

use super::Mutation;
use crate::checker::Rule;
use crate::checker::tests::edit::find_chat;
use crate::history::{IndexedDocument, MessageKey};

pub(super) const MUTATIONS: &[Mutation] = &[
    ("a message is counted twice", &[Rule::CountDiffers], |run| {
        let Some(chat) = run.some_chat() else { return false };
        run.everywhere()
            .into_iter()
            .all(|contents| find_chat(contents, chat).map(|contents| contents.messages_count += 1).is_some())
    }),
    ("a chat is not counted", &[Rule::CountDiffers], |run| {
        run.everywhere().into_iter().all(|contents| {
            let counted = contents.applications.iter_mut().find(|contents| contents.chats_count > 0);
            counted.map(|contents| contents.chats_count -= 1).is_some()
        })
    }),
    ("the API lacks a message", &[Rule::ApiDiffers], |run| {
        let Some(message) = run.unchanged() else { return false };
        find_chat(&mut run.state.api, message.chat).is_some_and(|contents| contents.messages.pop().is_some())
    }),
    ("the API lists messages out of order", &[Rule::ApiDiffers], |run| {
        let Some((one, _)) = run.two_unchanged() else { return false };
        find_chat(&mut run.state.api, one.chat).is_some_and(|contents| {
            contents.messages.reverse();
            contents.messages.len() > 1
        })
    }),
    ("the index lacks a message", &[Rule::IndexDiffers], |run| run.state.index.pop().is_some()),
    ("the index has an old body", &[Rule::IndexDiffers], |run| {
        run.state.index.last_mut().map(|document| document.body = "old".into()).is_some()
    }),
    ("the index keeps a deleted message", &[Rule::IndexDiffers], |run| {
        let Some(chat) = run.some_chat() else { return false };
        let message = MessageKey { chat, number: 1000 };
        run.state.index.push(IndexedDocument { message, body: "deleted".into() });
        true
    }),
    ("the index has an old body of a document that it lost", &[Rule::IndexDiffers], |run| {
        run.lose_index();
        run.state.index.last_mut().map(|document| document.body = "old".into()).is_some()
    }),
];
