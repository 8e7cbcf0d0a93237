//! Writes to what is deleted.

use std::time::Duration;

use super::Mutation;
use crate::checker::Rule;
use crate::history::{ChatKey, Reply, Request};

pub(super) const MUTATIONS: &[Mutation] = &[
    ("a deleted chat accepts a message", &[Rule::AcceptedAfterDeletion], |run| {
        let Some(chat) = run.deleted_chat() else { return false };
        run.accept_message(chat, "late", 0)
    }),
    ("a deleted application accepts a chat", &[Rule::AcceptedAfterDeletion], |run| {
        let Some(application) = run.deleted_application() else { return false };
        let number = run.next_chat(application);
        run.accept(Request::CreateChat { application }, Reply::Chat(number))
    }),
    ("a deleted chat accepts an update", &[Rule::AcceptedAfterDeletion], |run| {
        let message = run.deleted_chat().and_then(|chat| run.accepted_in(chat));
        message.is_some_and(|message| run.accept_update(message))
    }),
    ("a deleted chat accepts the deletion of a message", &[Rule::AcceptedAfterDeletion], |run| {
        let message = run.deleted_chat().and_then(|chat| run.accepted_in(chat));
        message.is_some_and(|message| run.accept(Request::DeleteMessage { message }, Reply::Done))
    }),
    ("a chat is deleted twice", &[Rule::AcceptedAfterDeletion], |run| {
        let Some(chat) = run.deleted_chat() else { return false };
        run.accept(Request::DeleteChat { chat }, Reply::Done)
    }),
    ("a deleted application is renamed", &[Rule::AcceptedAfterDeletion], |run| {
        let Some(application) = run.deleted_application() else { return false };
        run.accept(Request::RenameApplication { application, name: "late".into() }, Reply::Done)
    }),
    ("a deleted application gets a token", &[Rule::AcceptedAfterDeletion], |run| {
        let Some(application) = run.deleted_application() else { return false };
        run.accept(Request::RotateToken { application }, Reply::Done)
    }),
    ("an application is deleted twice", &[Rule::AcceptedAfterDeletion], |run| {
        let Some(application) = run.deleted_application() else { return false };
        run.accept(Request::DeleteApplication { application }, Reply::Done)
    }),
    ("a chat of a deleted application accepts a message", &[Rule::AcceptedAfterDeletion], |run| {
        let Some(application) = run.deleted_application() else { return false };
        let accepted = run.accept_message(ChatKey { application, number: 1 }, "late", 0);
        accepted && run.delay_last(Duration::from_secs(61))
    }),
];
