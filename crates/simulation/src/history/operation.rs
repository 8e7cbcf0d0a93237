use std::sync::Arc;
use std::time::Duration;

/// An application, in the order in which the history met them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApplicationKey(pub u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChatKey {
    pub application: ApplicationKey,
    pub number: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MessageKey {
    pub chat: ChatKey,
    pub number: u64,
}

/// What an operation, a row or a violation is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    Application(ApplicationKey),
    Chat(ChatKey),
    Message(MessageKey),
    Queue(Arc<str>),
    /// The region as a whole.
    Region,
}

impl Subject {
    /// The application that it is, or that contains it.
    pub(crate) fn application(&self) -> Option<ApplicationKey> {
        match self {
            Self::Application(application) => Some(*application),
            Self::Chat(chat) => Some(chat.application),
            Self::Message(message) => Some(message.chat.application),
            Self::Queue(_) | Self::Region => None,
        }
    }
}

/// A client. It sends one request at a time, so its operations do not overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClientKey(pub u32);

/// One attempt of a client to write something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    pub client: ClientKey,
    /// When the client sent the request.
    pub start: Duration,
    /// When the client got the reply, or gave up.
    pub end: Duration,
    /// The `Idempotency-Key`. All attempts under one key have the same request.
    pub idempotency_key: Option<Arc<str>>,
    pub request: Request,
    pub outcome: Outcome,
}

/// What a client asked for. Names and bodies differ from request to request, except in attempts to do the same thing: by
/// them the checker recognises what an attempt with an unknown outcome created.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Request {
    CreateApplication { name: Arc<str> },
    RenameApplication { application: ApplicationKey, name: Arc<str> },
    DeleteApplication { application: ApplicationKey },
    RotateToken { application: ApplicationKey },
    CreateChat { application: ApplicationKey },
    DeleteChat { chat: ChatKey },
    CreateMessage { chat: ChatKey, body: Arc<str> },
    UpdateMessage { message: MessageKey, body: Arc<str> },
    DeleteMessage { message: MessageKey },
}

impl Request {
    /// What must exist for the request.
    pub(crate) fn target(&self) -> Subject {
        match self {
            Self::CreateApplication { .. } => Subject::Region,
            Self::RenameApplication { application, .. }
            | Self::DeleteApplication { application }
            | Self::RotateToken { application }
            | Self::CreateChat { application } => Subject::Application(*application),
            Self::DeleteChat { chat } | Self::CreateMessage { chat, .. } => Subject::Chat(*chat),
            Self::UpdateMessage { message, .. } | Self::DeleteMessage { message } => {
                Subject::Message(*message)
            }
        }
    }
}

/// What the client knows about the effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// 2xx: accepted.
    Ok(Reply),
    /// 4xx, or 503 `temporarily_unavailable`: certainly no effect.
    Refused {
        status: u16,
        code: Arc<str>,
    },
    Unknown(Uncertainty),
}

/// The part of a 2xx reply that the checker needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// A created application.
    Application(ApplicationKey),
    /// The number of a created chat.
    Chat(u64),
    /// Number and body of a created or updated message.
    Message { number: u64, body: Arc<str> },
    /// Any other reply.
    Done,
}

/// Why the effect is unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uncertainty {
    /// 5xx other than `temporarily_unavailable`. The code is empty if the gateway sent it.
    Status { status: u16, code: Arc<str> },
    /// The client got no reply.
    NoReply,
}
