//! The effects of writes, and what is left in the end.

use super::model::{Application, Chat, Model};
use super::run::Run;
use crate::history::{
    ApplicationContents, ApplicationKey, ChatContents, ChatKey, Contents, FinalState, IndexedDocument,
    MessageContents, MessageKey, Reply, Request,
};

impl Model {
    pub(super) fn apply(&mut self, request: &Request) -> Reply {
        match request {
            Request::CreateApplication { name } => {
                self.last += 1;
                let application = Application { name: name.clone(), ..Application::default() };
                self.applications.insert(ApplicationKey(self.last), application);
                return Reply::Application(ApplicationKey(self.last));
            }
            Request::RenameApplication { application, name } => {
                self.applications.get_mut(application).unwrap().name = name.clone();
            }
            Request::DeleteApplication { application } => {
                self.applications.remove(application);
            }
            Request::RotateToken { .. } => {}
            Request::CreateChat { application } => {
                let application = self.applications.get_mut(application).unwrap();
                application.last += 1;
                application.chats.insert(application.last, Chat::default());
                return Reply::Chat(application.last);
            }
            Request::DeleteChat { chat } => {
                self.applications.get_mut(&chat.application).unwrap().chats.remove(&chat.number);
            }
            Request::CreateMessage { chat, body } => {
                let chat = self.chat_mut(*chat);
                chat.last += 1;
                chat.messages.insert(chat.last, body.clone());
                return Reply::Message { number: chat.last, body: body.clone() };
            }
            Request::UpdateMessage { message, body } => {
                self.chat_mut(message.chat).messages.insert(message.number, body.clone());
                return Reply::Message { number: message.number, body: body.clone() };
            }
            Request::DeleteMessage { message } => {
                self.chat_mut(message.chat).messages.remove(&message.number);
            }
        }
        Reply::Done
    }

    fn chat_mut(&mut self, key: ChatKey) -> &mut Chat {
        self.applications.get_mut(&key.application).unwrap().chats.get_mut(&key.number).unwrap()
    }

    pub(super) fn end(mut self) -> Run {
        let applications = self.applications.iter().map(|(key, application)| ApplicationContents {
            application: *key,
            name: application.name.clone(),
            chats_count: u64::try_from(application.chats.len()).unwrap(),
            chats: application.chats.iter().map(|(number, chat)| chat.contents(*number)).collect(),
        });
        let tables = Contents { applications: applications.collect() };
        let mut index = Vec::new();
        for application in &tables.applications {
            for chat in &application.chats {
                let key = ChatKey { application: application.application, number: chat.number };
                index.extend(chat.messages.iter().map(|message| IndexedDocument {
                    message: MessageKey { chat: key, number: message.number },
                    body: message.body.clone(),
                }));
            }
        }
        self.run.state = FinalState { api: tables.clone(), tables, index, ..FinalState::default() };
        self.run
    }
}

impl Chat {
    fn contents(&self, number: u64) -> ChatContents {
        let messages = self.messages.iter();
        ChatContents {
            number,
            messages_count: u64::try_from(self.messages.len()).unwrap(),
            messages: messages
                .map(|(number, body)| MessageContents { number: *number, body: body.clone() })
                .collect(),
        }
    }
}
