use conversation::ports::{ReadCounters, ReadCurrent, ReviseMessages, SendError, SendWrites};
use conversation::{DeleteMessage, Failure, MessageId, Problem, Row, Timestamp, Write, last_message};

/// Deletes a message: takes a turn in the chat and queues the deletion, behind the message's creation.
///
/// # Errors
/// [`Problem::ApplicationNotFound`], [`Problem::ChatNotFound`] or [`Problem::MessageNotFound`], or where a
/// store or the queue failed. What is refused as [`Problem::TemporarilyUnavailable`] has left nothing behind.
pub(crate) async fn delete_message(
    id: MessageId,
    now: Timestamp,
    messages: &impl ReadCurrent,
    counters: &(impl ReviseMessages + ReadCounters),
    queue: &impl SendWrites,
) -> Result<(), Failure> {
    // A message that is not stored yet may be deleted already: the queue keeps the order.
    let is_deleted = messages.current(&id).await? == Row::Deleted;
    let turn = if is_deleted { None } else { counters.revise(&id).await? };
    let Some(turn) = turn else {
        last_message(&id.chat, counters).await?;
        return Err(Problem::MessageNotFound.into());
    };
    let write = DeleteMessage { id: id.clone(), revision: turn.revision, at: now };
    if let Err(error) = queue.send(&Write::DeleteMessage(write)).await {
        if matches!(error, SendError::NotSent(_))
            && let Err(trace) = counters.give_turn_back(&id.chat, &turn).await
        {
            tracing::error!(target: "chatlog", message = id.message.get(), cause = %trace, "a refused deletion left its turn");
        }
        return Err(error.into());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use conversation::fake::{FakeQueue, FakeTables, Fault};
    use conversation::ports::{NumberMessages, StoreMessages};
    use conversation::{ChatId, ChatNumber, MessageNumber, Revision, Token};

    use super::*;

    const NOW: i64 = 30;

    fn message_id(chat: &ChatId, number: u64) -> MessageId {
        MessageId { chat: chat.clone(), message: MessageNumber::new(number).unwrap() }
    }

    fn deletion(id: &MessageId, revision: u64) -> DeleteMessage {
        let (revision, at) = (Revision::new(revision).unwrap(), Timestamp::from_millis(NOW));
        DeleteMessage { id: id.clone(), revision, at }
    }

    /// A chat whose message 1 is numbered and on its way, and a queue.
    async fn scene() -> (FakeTables, MessageId, FakeQueue) {
        let (tables, chat) = FakeTables::with_chat();
        NumberMessages::allocate(&tables, &chat).await.unwrap();
        (tables, message_id(&chat, 1), FakeQueue::default())
    }

    async fn delete(tables: &FakeTables, id: &MessageId, queue: &FakeQueue) -> Result<(), Problem> {
        delete_message(id.clone(), Timestamp::from_millis(NOW), tables, tables, queue)
            .await
            .map_err(|failure| failure.problem)
    }

    #[tokio::test]
    async fn the_deletion_is_queued_even_before_the_message_is_stored() {
        let (tables, id, queue) = scene().await;
        assert_eq!(delete(&tables, &id, &queue).await, Ok(()));
        assert_eq!(queue.sent(), [Write::DeleteMessage(deletion(&id, 2))]);
    }

    #[tokio::test]
    async fn what_is_not_there_is_told_apart_and_nothing_is_queued() {
        let (tables, id, queue) = scene().await;
        let beyond = message_id(&id.chat, 2);
        assert_eq!(delete(&tables, &beyond, &queue).await, Err(Problem::MessageNotFound));
        let elsewhere = ChatId { chat: ChatNumber::new(2).unwrap(), ..id.chat.clone() };
        let problem = delete(&tables, &message_id(&elsewhere, 1), &queue).await;
        assert_eq!(problem, Err(Problem::ChatNotFound));
        let nowhere = ChatId { application: Token::random().unwrap(), ..elsewhere };
        let problem = delete(&tables, &message_id(&nowhere, 1), &queue).await;
        assert_eq!(problem, Err(Problem::ApplicationNotFound));
        assert_eq!(queue.sent(), []);
    }

    #[tokio::test]
    async fn a_deleted_message_is_not_found_and_takes_no_turn() {
        let (tables, id, queue) = scene().await;
        StoreMessages::delete(&tables, &deletion(&id, 2)).await.unwrap();
        assert_eq!(delete(&tables, &id, &queue).await, Err(Problem::MessageNotFound));
        assert_eq!(queue.sent(), []);
        assert_eq!(tables.revise(&id).await.unwrap().unwrap().revision.get(), 2);
    }

    #[tokio::test]
    async fn a_refused_deletion_gives_its_turn_back() {
        let (tables, id, queue) = scene().await;
        queue.faults.plan([Fault::Before, Fault::After]);
        assert_eq!(delete(&tables, &id, &queue).await, Err(Problem::TemporarilyUnavailable));
        assert_eq!(delete(&tables, &id, &queue).await, Err(Problem::OutcomeUnknown));
        assert_eq!(delete(&tables, &id, &queue).await, Ok(()));
        let queued = [2, 3].map(|revision| Write::DeleteMessage(deletion(&id, revision)));
        assert_eq!(queue.sent(), queued);
    }
}
