//! The progress of a rebuild, which is recorded beside the state, so that another process can continue it.

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use conversation::ports::StoreError;
use conversation::{IndexGeneration, Timestamp};

use super::{IndexStates, VERSION, key, next_generation};
use crate::Messages;
use crate::conditional::{ConditionalUpdate, update_if};
use crate::item::{Malformed, get_count, get_number, get_string, get_time, number, string, time};

/// The last row of the table of messages that a scan returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanPosition {
    /// The partition key.
    pub chat: String,
    pub number: u64,
}

/// How far a rebuild has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebuildProgress {
    /// The index that it fills.
    pub generation: IndexGeneration,
    /// The table of messages that it reads. After a restore, the deployment uses another one. `None` if a former release began it.
    pub table: Option<String>,
    pub started_at: Timestamp,
    /// The rows that it has read.
    pub rows: u64,
    /// The last of them; `None` before the first.
    pub position: Option<ScanPosition>,
    /// Whether it has read the whole table.
    pub is_complete: bool,
}

impl RebuildProgress {
    /// Whether it reads this table of messages. If not, it cannot be continued, and its index must not be searched.
    #[must_use]
    pub fn reads(&self, messages: &Messages) -> bool {
        self.table.as_deref() == Some(messages.table())
    }
}

impl IndexStates {
    /// The progress of the rebuild that has begun and not ended, if there is one.
    ///
    /// # Errors
    /// The row could not be read, or a newer release wrote it.
    pub async fn rebuild(&self) -> Result<Option<RebuildProgress>, StoreError> {
        let Some(row) = self.row().await? else { return Ok(None) };
        let Some(generation) = next_generation(&row)? else { return Ok(None) };
        let table =
            row.contains_key("rebuilt_table").then(|| get_string(&row, "rebuilt_table").map(str::to_owned));
        let position = row.contains_key("scanned_chat").then(|| {
            Ok::<_, Malformed>(ScanPosition {
                chat: get_string(&row, "scanned_chat")?.to_owned(),
                number: get_number(&row, "scanned_number")?,
            })
        });
        Ok(Some(RebuildProgress {
            generation,
            table: table.transpose()?,
            started_at: get_time(&row, "rebuild_started_at")?,
            rows: get_count(&row, "scanned_rows")?,
            position: position.transpose()?,
            is_complete: row.contains_key("is_filled"),
        }))
    }

    /// Records that a rebuild from this table into this index begins, unless one has begun and not ended. [`Self::rebuild`] tells which
    /// it is: after a lost reply, this call is repeated and meets its own rebuild.
    ///
    /// # Errors
    /// The row could not be changed.
    pub async fn begin_rebuild(
        &self,
        table: &str,
        next: IndexGeneration,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let update = "SET row_version = :version, #current = if_not_exists(#current, :first), #next = :next, \
                      rebuilt_table = :table, rebuild_started_at = :now REMOVE scanned_rows, scanned_chat, scanned_number, is_filled";
        let update = self.update(update).condition_expression("attribute_not_exists(#next)");
        let update = update
            .expression_attribute_names("#current", "current")
            .expression_attribute_values(":version", number(VERSION))
            .expression_attribute_values(":first", number(IndexGeneration::FIRST))
            .expression_attribute_values(":next", number(next))
            .expression_attribute_values(":table", string(table))
            .expression_attribute_values(":now", time(now));
        update_if(update).await?;
        Ok(())
    }

    /// Records how far this rebuild has come. Returns false if it has ended, even if another one fills an index of the same number.
    ///
    /// # Errors
    /// The row could not be changed.
    pub async fn save_progress(&self, progress: &RebuildProgress) -> Result<bool, StoreError> {
        let mut set = vec!["scanned_rows = :rows"];
        let mut update = self.update("").expression_attribute_values(":rows", number(progress.rows));
        if let Some(position) = &progress.position {
            set.push("scanned_chat = :chat, scanned_number = :number");
            update = update
                .expression_attribute_values(":chat", string(&position.chat))
                .expression_attribute_values(":number", number(position.number));
        }
        if progress.is_complete {
            set.push("is_filled = :true");
            update = update.expression_attribute_values(":true", number(1));
        }
        let update = update.update_expression(format!("SET {}", set.join(", ")));
        applied(of_rebuild(update, progress)).await
    }

    /// Records that the index that this rebuild filled is now the current one. Returns false if the rebuild has ended.
    ///
    /// # Errors
    /// The row could not be changed.
    pub async fn complete_rebuild(&self, progress: &RebuildProgress) -> Result<bool, StoreError> {
        let update = self.update("SET #current = :next REMOVE #next");
        applied(of_rebuild(update.expression_attribute_names("#current", "current"), progress)).await
    }

    /// Records that this rebuild ends without effect. Returns false if it has ended already.
    ///
    /// # Errors
    /// The row could not be changed.
    pub async fn abandon_rebuild(&self, progress: &RebuildProgress) -> Result<bool, StoreError> {
        applied(of_rebuild(self.update("REMOVE #next"), progress)).await
    }

    fn update(&self, expression: &str) -> UpdateItemFluentBuilder {
        let update = self.client.update_item().table_name(&self.table).set_key(Some(key()));
        update.update_expression(expression).expression_attribute_names("#next", "next")
    }
}

/// The update, if this rebuild is going on.
fn of_rebuild(update: UpdateItemFluentBuilder, progress: &RebuildProgress) -> UpdateItemFluentBuilder {
    update
        .condition_expression("#next = :next AND rebuild_started_at = :started_at")
        .expression_attribute_values(":next", number(progress.generation))
        .expression_attribute_values(":started_at", time(progress.started_at))
}

async fn applied(update: UpdateItemFluentBuilder) -> Result<bool, StoreError> {
    Ok(matches!(update_if(update).await?, ConditionalUpdate::Applied(_)))
}
