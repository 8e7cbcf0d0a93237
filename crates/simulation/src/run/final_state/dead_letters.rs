//! The records in dead-letter queues.

use conversation::Write;
use sqs_queues::decode_write;

use crate::faults::UNREADABLE_RECORD;
use crate::history::{ChatKey, DeadLetter, History, MessageKey, Subject};
use crate::lambda::in_this_version;
use crate::region::Region;

pub(super) fn dead_letters(region: &Region, history: &mut History) -> Vec<DeadLetter> {
    let mut letters = Vec::new();
    for queue in region.template.queues.iter().filter_map(|queue| queue.redrive.as_ref()) {
        for message in region.sqs.messages(&queue.queue) {
            letters.push(DeadLetter {
                queue: region.queue_name(&queue.queue),
                subject: decode_write(&in_this_version(&message.body))
                    .ok()
                    .map(|write| subject(&write, history)),
                reason: message.attributes.get("reason").map(|reason| reason.as_str().into()),
                expected: &*message.body == UNREADABLE_RECORD,
                record: message.body,
            });
        }
    }
    letters
}

fn subject(write: &Write, history: &mut History) -> Subject {
    let application = history.application(write.application());
    let Some(chat) = write.chat() else { return Subject::Application(application) };
    let chat = ChatKey { application, number: chat.chat.get() };
    match write.message() {
        Some(message) => Subject::Message(MessageKey { chat, number: message.get() }),
        None => Subject::Chat(chat),
    }
}
