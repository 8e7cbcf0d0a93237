//! How operations are printed.

use std::fmt;
use std::time::Duration;

use super::{
    ApplicationKey, BilledService, ChatKey, ClientKey, MessageKey, Operation, Outcome, Reply, Request,
    Subject, Uncertainty,
};

impl fmt::Display for ApplicationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "application {}", self.0)
    }
}

impl fmt::Display for ChatKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "chat {} of {}", self.number, self.application)
    }
}

impl fmt::Display for MessageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "message {} in {}", self.number, self.chat)
    }
}

impl fmt::Display for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "client {}", self.0)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Application(application) => application.fmt(f),
            Self::Chat(chat) => chat.fmt(f),
            Self::Message(message) => message.fmt(f),
            Self::Queue(queue) => write!(f, "queue {queue}"),
            Self::Region => f.write_str("the region"),
        }
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateApplication { name } => write!(f, "create application {name:?}"),
            Self::RenameApplication { application, name } => write!(f, "rename {application} to {name:?}"),
            Self::DeleteApplication { application } => write!(f, "delete {application}"),
            Self::RotateToken { application } => write!(f, "rotate the token of {application}"),
            Self::CreateChat { application } => write!(f, "create chat in {application}"),
            Self::DeleteChat { chat } => write!(f, "delete {chat}"),
            Self::CreateMessage { chat, body } => write!(f, "create message {body:?} in {chat}"),
            Self::UpdateMessage { message, body } => write!(f, "update {message} to {body:?}"),
            Self::DeleteMessage { message } => write!(f, "delete {message}"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ok(Reply::Application(application)) => write!(f, "accepted as {application}"),
            Self::Ok(Reply::Chat(number)) => write!(f, "accepted as chat {number}"),
            Self::Ok(Reply::Message { number, .. }) => write!(f, "accepted as message {number}"),
            Self::Ok(Reply::Done) => f.write_str("accepted"),
            Self::Refused { status, code } => write!(f, "refused with {status} {code}"),
            Self::Unknown(Uncertainty::Status { status, code }) => {
                write!(f, "outcome unknown after {status} {code}")
            }
            Self::Unknown(Uncertainty::NoReply) => f.write_str("outcome unknown without a reply"),
        }
    }
}

impl fmt::Display for BilledService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ApiGateway => "api gateway",
            Self::DynamoDb => "dynamodb",
            Self::Lambda => "lambda",
            Self::Sqs => "sqs",
        })
    }
}

/// `12.345 s to 12.360 s, client 3: `
pub(super) fn line(
    f: &mut fmt::Formatter<'_>,
    start: Duration,
    end: Duration,
    client: ClientKey,
) -> fmt::Result {
    write!(f, "{:.3} s to {:.3} s, {client}: ", start.as_secs_f64(), end.as_secs_f64())
}

/// `12.345 s to 12.360 s, client 3: create message "tea" in chat 1 of application 1 (key "k1"): accepted as message 7`
impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        line(f, self.start, self.end, self.client)?;
        self.request.fmt(f)?;
        if let Some(key) = &self.idempotency_key {
            write!(f, " (key {key:?})")?;
        }
        write!(f, ": {}", self.outcome)
    }
}
