//! Changes of what a run leaves behind.

use super::run::Run;
use crate::history::{
    ApplicationContents, ApplicationKey, ChatContents, ChatKey, Contents, IndexedDocument, MessageContents,
    MessageKey,
};

pub(super) fn find_chat(contents: &mut Contents, key: ChatKey) -> Option<&mut ChatContents> {
    let mut applications = contents.applications.iter_mut();
    let application = applications.find(|contents| contents.application == key.application)?;
    application.chats.iter_mut().find(|contents| contents.number == key.number)
}

impl Run {
    pub(super) fn stored_messages(&mut self) -> &mut Vec<MessageContents> {
        &mut self.state.tables.applications[0].chats[0].messages
    }

    pub(super) fn api_messages(&mut self) -> &mut Vec<MessageContents> {
        &mut self.state.api.applications[0].chats[0].messages
    }

    pub(super) fn everywhere(&mut self) -> [&mut Contents; 2] {
        [&mut self.state.tables, &mut self.state.api]
    }

    pub(super) fn lose_index(&mut self) {
        self.state.lost_from_index = self.state.index.iter().map(|document| document.message).collect();
    }

    pub(super) fn insert(&mut self, message: MessageKey, body: &str) -> bool {
        let mut is_stored = false;
        for contents in self.everywhere() {
            let Some(chat) = find_chat(contents, message.chat) else { continue };
            chat.messages.push(MessageContents { number: message.number, body: body.into() });
            chat.messages.sort_by_key(|message| message.number);
            chat.messages_count += 1;
            is_stored = true;
        }
        if is_stored {
            self.state.index.push(IndexedDocument { message, body: body.into() });
        }
        is_stored
    }

    pub(super) fn append(&mut self, chat: ChatKey, body: &str) -> bool {
        let number = self.next_message(chat);
        self.insert(MessageKey { chat, number }, body)
    }

    pub(super) fn replace(&mut self, message: MessageKey, body: &str) -> bool {
        self.remove(message) && self.insert(message, body)
    }

    pub(super) fn remove(&mut self, message: MessageKey) -> bool {
        let mut is_removed = false;
        for contents in self.everywhere() {
            let Some(chat) = find_chat(contents, message.chat) else { continue };
            let position = chat.messages.iter().position(|stored| stored.number == message.number);
            let Some(position) = position else { continue };
            chat.messages.remove(position);
            chat.messages_count -= 1;
            is_removed = true;
        }
        self.state.index.retain(|document| document.message != message);
        is_removed
    }

    pub(super) fn insert_chat(&mut self, chat: ChatKey) -> bool {
        let mut is_stored = false;
        for contents in self.everywhere() {
            let mut applications = contents.applications.iter_mut();
            let Some(parent) = applications.find(|parent| parent.application == chat.application) else {
                continue;
            };
            parent.chats.push(ChatContents { number: chat.number, messages_count: 0, messages: Vec::new() });
            parent.chats.sort_by_key(|chat| chat.number);
            parent.chats_count += 1;
            is_stored = true;
        }
        is_stored
    }

    pub(super) fn append_chat(&mut self, application: ApplicationKey) {
        let number = self.next_chat(application);
        self.insert_chat(ChatKey { application, number });
    }

    pub(super) fn remove_chat(&mut self, chat: ChatKey) -> bool {
        for contents in self.everywhere() {
            for parent in
                contents.applications.iter_mut().filter(|parent| parent.application == chat.application)
            {
                parent.chats.retain(|stored| stored.number != chat.number);
                parent.chats_count -= 1;
            }
        }
        self.state.index.retain(|document| document.message.chat != chat);
        true
    }

    pub(super) fn append_application(&mut self, application: ApplicationKey, name: &str) -> bool {
        for contents in self.everywhere() {
            let name = name.into();
            contents.applications.push(ApplicationContents {
                application,
                name,
                chats_count: 0,
                chats: Vec::new(),
            });
        }
        true
    }

    pub(super) fn remove_application(&mut self, application: ApplicationKey) -> bool {
        let before = self.state.tables.applications.len();
        for contents in self.everywhere() {
            contents.applications.retain(|contents| contents.application != application);
        }
        self.state.index.retain(|document| document.message.chat.application != application);
        self.state.tables.applications.len() < before
    }
}
