//! Updates and deletions of what the ensemble has.

use std::ops::RangeInclusive;

use anyhow::Result;
use serde_json::{Value, json};

use super::{Chat, Ensemble};
use crate::aws::Sent;
use crate::events::request;

impl Ensemble<'_> {
    /// Gives messages another body, by number, and answers the writes that were sent for it.
    pub(crate) fn update_messages(
        &mut self,
        chat: &Chat,
        numbers: RangeInclusive<usize>,
        text: &str,
    ) -> Result<Vec<Sent>> {
        self.change_messages("update-message", "PATCH", chat, numbers, Some(&json!({ "body": text })))
    }

    /// Deletes messages, by number, and answers the writes that were sent for it.
    pub(crate) fn delete_messages(
        &mut self,
        chat: &Chat,
        numbers: RangeInclusive<usize>,
    ) -> Result<Vec<Sent>> {
        self.change_messages("delete-message", "DELETE", chat, numbers, None)
    }

    fn change_messages(
        &mut self,
        function: &str,
        method: &str,
        chat: &Chat,
        numbers: RangeInclusive<usize>,
        body: Option<&Value>,
    ) -> Result<Vec<Sent>> {
        self.world.aws.take_sent();
        let route = format!("{method} /applications/{{token}}/chats/{{chat}}/messages/{{message}}");
        for number in numbers {
            let number = number.to_string();
            self.write(function, &request(&route, &chat.path_to(&number), &[], body)?)?;
        }
        Ok(self.world.aws.take_sent())
    }

    /// Deletes a chat and answers the write that was sent for it.
    pub(crate) fn delete_chat(&mut self, chat: &Chat) -> Result<Vec<Sent>> {
        self.world.aws.take_sent();
        let event = request("DELETE /applications/{token}/chats/{chat}", &chat.path(), &[], None)?;
        self.write("delete-chat", &event)?;
        Ok(self.world.aws.take_sent())
    }
}
