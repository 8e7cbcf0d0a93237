//! What clients write.

use std::sync::Arc;

use super::clients::Clients;
use super::directory::Directory;
use crate::history::Request;
use crate::random::Random;

/// How many applications the random load has before anything else is sent, and at most.
const FIRST_APPLICATIONS: usize = 3;
const MOST_APPLICATIONS: usize = 12;

/// What the writes of a stream do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// Everything that the API offers.
    Anything,
    /// Messages in all chats but the busy one.
    Messages,
    /// Messages in the busy chat.
    BusyChat,
    DeletionOfBusyChat,
    /// Chats in one application.
    Chats,
}

/// The next write. `None` if what it needs does not exist, such as an open chat.
pub(super) fn request(work: Work, clients: &Clients, random: &Random, number: u32) -> Option<Request> {
    let directory = clients.directory();
    Some(match work {
        Work::Anything => any_request(&directory, random, number)?,
        Work::Messages => {
            Request::CreateMessage { chat: directory.pick_open_chat(random)?, body: body(number) }
        }
        Work::BusyChat => Request::CreateMessage { chat: directory.busy_chat()?, body: body(number) },
        Work::DeletionOfBusyChat => Request::DeleteChat { chat: directory.busy_chat()? },
        Work::Chats => Request::CreateChat { application: directory.first_application()? },
    })
}

/// A body that no other write has.
fn body(number: u32) -> Arc<str> {
    format!("message {number}").into()
}

/// A name that no other write has.
fn name(number: u32) -> Arc<str> {
    format!("application {number}").into()
}

/// A write of any kind, most often a message.
fn any_request(directory: &Directory, random: &Random, number: u32) -> Option<Request> {
    let applications = directory.open_applications();
    if applications < FIRST_APPLICATIONS {
        return Some(Request::CreateApplication { name: name(number) });
    }
    Some(match random.below(100) {
        0..=59 => match directory.pick_chat(random) {
            Some(chat) => Request::CreateMessage { chat, body: body(number) },
            None => Request::CreateChat { application: directory.pick_application(random)? },
        },
        60..=73 => Request::UpdateMessage { message: directory.pick_message(random)?, body: body(number) },
        74..=79 => Request::DeleteMessage { message: directory.pick_message(random)? },
        88..=90 => Request::DeleteChat { chat: directory.pick_chat(random)? },
        91..=92 if applications < MOST_APPLICATIONS => Request::CreateApplication { name: name(number) },
        93..=95 => Request::RenameApplication {
            application: directory.pick_application(random)?,
            name: name(number),
        },
        96..=97 => Request::RotateToken { application: directory.pick_application(random)? },
        98 => Request::DeleteApplication { application: directory.pick_application(random)? },
        _ => Request::CreateChat { application: directory.pick_application(random)? },
    })
}
