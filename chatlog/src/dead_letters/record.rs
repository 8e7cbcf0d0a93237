use conversation::{MessageWrite, Sweep, Timestamp, Write};
use serde::Serialize;
use sqs_queues::{BuriedRecord, decode_write};

/// What may be shown of a record.
#[derive(Debug, Serialize)]
pub(super) struct Record {
    pub(super) queue: &'static str,
    pub(super) id: String,
    /// When it came to the dead-letter queue.
    pub(super) sent_at: String,
    pub(super) age_seconds: u64,
    /// Missing if SQS moved it, because it was received too often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    /// How often it was received from the dead-letter queue, this time included.
    pub(super) receives: u32,
    /// `unreadable` if this release cannot read it.
    pub(super) kind: &'static str,
    /// Of an unreadable record: what its message group says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) application: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) chat: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<u64>,
}

impl Record {
    pub(super) fn new(queue: &'static str, buried: &BuriedRecord, now: Timestamp) -> Self {
        let write = decode_write(&buried.record);
        let (application, chat, message) = if let Ok(write) = &write {
            let message = write.message().map(conversation::MessageNumber::get);
            (Some(write.application().to_string()), write.chat().map(|id| id.chat.get()), message)
        } else {
            let (application, chat) = buried.group.split_once('#').unwrap_or((&buried.group, ""));
            (Some(application.to_owned()).filter(|id| !id.is_empty()), chat.parse().ok(), None)
        };
        Self {
            queue,
            id: buried.message_id.clone(),
            sent_at: Timestamp::to_string(&buried.sent_at),
            age_seconds: now.since(buried.sent_at).unwrap_or_default().as_secs(),
            reason: buried.reason.as_deref().map(without_quotation),
            receives: buried.receives,
            kind: write.as_ref().map_or("unreadable", kind),
            application,
            chat,
            message,
        }
    }

    /// The age, as people say it.
    pub(super) fn age(&self) -> String {
        let (days, hours) = (self.age_seconds / 86_400, self.age_seconds / 3_600 % 24);
        let (minutes, seconds) = (self.age_seconds / 60 % 60, self.age_seconds % 60);
        match (days, hours, minutes) {
            (0, 0, 0) => format!("{seconds} s"),
            (0, 0, _) => format!("{minutes} min"),
            (0, ..) => format!("{hours} h {minutes} min"),
            _ => format!("{days} d {hours} h"),
        }
    }
}

fn kind(write: &Write) -> &'static str {
    match write {
        Write::CreateChat(_) => "create chat",
        Write::DeleteChat(_) => "delete chat",
        Write::Message(MessageWrite::Create(_)) => "create message",
        Write::Message(MessageWrite::Update(_)) => "update message",
        Write::Message(MessageWrite::Delete(_)) => "delete message",
        Write::Sweep(Sweep::Application(_)) => "delete application",
        Write::Sweep(Sweep::Chat(_)) => "sweep chat",
    }
}

/// The reason that a record is unreadable may quote a part of it, between quotation marks or backticks.
fn without_quotation(reason: &str) -> String {
    let marks = ['"', '`'];
    match (reason.find(marks), reason.rfind(marks)) {
        (Some(first), Some(last)) if first < last => {
            let (before, after) = (reason.get(..first), reason.get(last + 1..));
            format!("{}…{}", before.unwrap_or_default(), after.unwrap_or_default())
        }
        // The reason was cut behind the first mark.
        (Some(first), _) => format!("{}…", reason.get(..first).unwrap_or_default()),
        (None, _) => reason.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_does_not_show_what_it_quotes() {
        for (reason, shown) in [
            ("another write created the row of its number", "another write created the row of its number"),
            (
                "not a write: invalid type: string \"my \\\"secret\\\" text\", expected u64 at line 1",
                "not a write: invalid type: string …, expected u64 at line 1",
            ),
            ("unknown variant `secret`, expected one of `a`, `b`", "unknown variant …"),
            ("invalid type: string \"a long text that was cu", "invalid type: string …"),
        ] {
            assert_eq!(without_quotation(reason), shown);
        }
    }
}
