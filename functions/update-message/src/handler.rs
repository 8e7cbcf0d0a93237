use std::time::Duration;

use conversation::ports::{ReadCounters, ReadCurrent, ReviseMessages, SendError, SendWrites};
use conversation::{
    Body, Failure, Message, MessageId, Problem, Row, Timestamp, UpdateMessage, Write, last_message,
};
use tokio::time::{Instant, sleep};

/// How long an update waits for a message that was accepted and is not stored yet. Usually that takes
/// well under a second.
const PATIENCE: Duration = Duration::from_secs(8);
const FIRST_PAUSE: Duration = Duration::from_millis(20);
const LONGEST_PAUSE: Duration = Duration::from_millis(500);

/// Gives a message another body: reads its row, which the answer needs, then takes a turn in the chat and
/// queues the update.
///
/// # Errors
/// [`Problem::ApplicationNotFound`], [`Problem::ChatNotFound`] or [`Problem::MessageNotFound`], or where a
/// store or the queue failed. What is refused as [`Problem::TemporarilyUnavailable`] has left nothing behind.
pub(crate) async fn update_message(
    id: MessageId,
    body: Body,
    now: Timestamp,
    messages: &impl ReadCurrent,
    counters: &(impl ReviseMessages + ReadCounters),
    queue: &impl SendWrites,
) -> Result<Message, Failure> {
    let stored = stored(&id, messages, counters).await?;
    let Some(turn) = counters.revise(&id).await? else {
        last_message(&id.chat, counters).await?;
        return Err(Problem::MessageNotFound.into());
    };
    // Another machine's clock may have been ahead of this one.
    let at = now.max(stored.updated_at);
    let write = UpdateMessage { id: id.clone(), revision: turn.revision, body: body.clone(), at };
    if let Err(error) = queue.send(&Write::UpdateMessage(write)).await {
        if matches!(error, SendError::NotSent(_))
            && let Err(trace) = counters.give_turn_back(&id.chat, &turn).await
        {
            tracing::error!(target: "chatlog", message = id.message.get(), cause = %trace, "a refused update left its turn");
        }
        return Err(error.into());
    }
    Ok(Message { body, updated_at: at, ..stored })
}

/// The message as it is stored. One that was accepted a moment ago is waited for.
async fn stored(
    id: &MessageId,
    messages: &impl ReadCurrent,
    counters: &impl ReadCounters,
) -> Result<Message, Failure> {
    let deadline = Instant::now() + PATIENCE;
    let mut pause = FIRST_PAUSE;
    loop {
        let row = messages.current(id).await?;
        if let Row::Live(indexed) = row {
            return Ok(indexed.message);
        }
        let numbered = id.message.get() <= last_message(&id.chat, counters).await?;
        if !numbered || row == Row::Deleted {
            return Err(Problem::MessageNotFound.into());
        }
        if Instant::now() + pause > deadline {
            return Err(Problem::TemporarilyUnavailable.into());
        }
        sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use conversation::fake::{FakeQueue, FakeTables, Fault};
    use conversation::ports::{CloseChats, NumberMessages, StoreMessages};
    use conversation::{ChatId, ChatNumber, CreateMessage, DeleteMessage, MessageNumber, Revision, Token};

    use super::*;

    fn body(text: &str) -> Body {
        Body::parse(text.to_owned()).unwrap()
    }

    fn message_id(chat: &ChatId, number: u64) -> MessageId {
        MessageId { chat: chat.clone(), message: MessageNumber::new(number).unwrap() }
    }

    fn creation(id: &MessageId) -> CreateMessage {
        let (revision, at) = (Revision::new(1).unwrap(), Timestamp::from_millis(10));
        CreateMessage { id: id.clone(), revision, body: body("as it was"), at }
    }

    /// A chat with message 1, and a queue.
    async fn scene() -> (FakeTables, MessageId, FakeQueue) {
        let (tables, chat) = FakeTables::with_chat();
        NumberMessages::allocate(&tables, &chat).await.unwrap();
        let id = message_id(&chat, 1);
        StoreMessages::create(&tables, &creation(&id)).await.unwrap();
        (tables, id, FakeQueue::default())
    }

    async fn update(tables: &FakeTables, id: &MessageId, queue: &FakeQueue) -> Result<Message, Problem> {
        let now = Timestamp::from_millis(30);
        update_message(id.clone(), body("as it is"), now, tables, tables, queue)
            .await
            .map_err(|failure| failure.problem)
    }

    #[tokio::test]
    async fn the_update_is_queued_and_answered_with_the_message() {
        let (tables, id, queue) = scene().await;
        let updated = update(&tables, &id, &queue).await.unwrap();
        let at = Timestamp::from_millis(30);
        assert_eq!((updated.number.get(), updated.body.as_str()), (1, "as it is"));
        assert_eq!((updated.created_at.millis(), updated.updated_at), (10, at));
        let (revision, body) = (Revision::new(2).unwrap(), body("as it is"));
        assert_eq!(queue.sent(), [Write::UpdateMessage(UpdateMessage { id, revision, body, at })]);
    }

    #[tokio::test]
    async fn what_is_not_there_is_told_apart_and_nothing_is_queued() {
        let (tables, id, queue) = scene().await;
        let beyond = message_id(&id.chat, 2);
        assert_eq!(update(&tables, &beyond, &queue).await, Err(Problem::MessageNotFound));
        let elsewhere = ChatId { chat: ChatNumber::new(2).unwrap(), ..id.chat.clone() };
        let problem = update(&tables, &message_id(&elsewhere, 1), &queue).await;
        assert_eq!(problem, Err(Problem::ChatNotFound));
        let nowhere = ChatId { application: Token::random().unwrap(), ..elsewhere };
        let problem = update(&tables, &message_id(&nowhere, 1), &queue).await;
        assert_eq!(problem, Err(Problem::ApplicationNotFound));
        tables.close(&id.chat).await.unwrap();
        assert_eq!(
            update(&tables, &id, &queue).await,
            Err(Problem::ChatNotFound),
            "the row is not swept yet"
        );
        assert_eq!(queue.sent(), []);
    }

    #[tokio::test]
    async fn a_deleted_message_is_not_found() {
        let (tables, id, queue) = scene().await;
        let (revision, at) = (Revision::new(2).unwrap(), Timestamp::from_millis(20));
        StoreMessages::delete(&tables, &DeleteMessage { id: id.clone(), revision, at }).await.unwrap();
        assert_eq!(update(&tables, &id, &queue).await, Err(Problem::MessageNotFound));
        assert_eq!(queue.sent(), []);
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_on_its_way_is_waited_for() {
        let ((tables, chat), queue) = (FakeTables::with_chat(), FakeQueue::default());
        NumberMessages::allocate(&tables, &chat).await.unwrap();
        let id = message_id(&chat, 1);
        let arrival = async {
            sleep(Duration::from_secs(3)).await;
            StoreMessages::create(&tables, &creation(&id)).await.unwrap();
        };
        let (updated, ()) = tokio::join!(update(&tables, &id, &queue), arrival);
        assert_eq!(updated.map(|message| message.created_at.millis()), Ok(10));
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_does_not_come_is_not_waited_for_for_ever() {
        let ((tables, chat), queue) = (FakeTables::with_chat(), FakeQueue::default());
        NumberMessages::allocate(&tables, &chat).await.unwrap();
        let problem = update(&tables, &message_id(&chat, 1), &queue).await;
        assert_eq!(problem, Err(Problem::TemporarilyUnavailable));
        assert_eq!(queue.sent(), []);
    }

    #[tokio::test]
    async fn a_refused_update_gives_its_turn_back() {
        let (tables, id, queue) = scene().await;
        queue.faults.plan([Fault::Before, Fault::After]);
        assert_eq!(update(&tables, &id, &queue).await, Err(Problem::TemporarilyUnavailable));
        assert_eq!(update(&tables, &id, &queue).await, Err(Problem::OutcomeUnknown));
        update(&tables, &id, &queue).await.unwrap();
        let revisions: Vec<u64> = queue
            .sent()
            .iter()
            .map(|write| match write {
                Write::UpdateMessage(write) => write.revision.get(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(revisions, [2, 3], "the first turn went to the second update, which may be queued");
    }
}
