//! What each route reads. A chat and what is in it are read beside the chat's counter, which its deletion closed before the
//! reply: from then on they are not found, whatever the tables still have.

use conversation::ports::{
    ApplicationCursor, FindLaterMessages, ReadApplications, ReadChats, ReadCounters, ReadMessages, StoreError,
};
use conversation::{
    Application, ApplicationId, Chat, ChatId, ChatNumber, Failure, Message, MessageId, MessageNumber, Page,
    PageRequest, Problem, Row, Timestamp, missing_message, require_chat,
};

/// # Errors
/// [`Problem::ApplicationNotFound`], or the table failed.
pub(super) async fn application(
    id: &ApplicationId,
    applications: &impl ReadApplications,
) -> Result<Application, Failure> {
    applications.application(id).await?.ok_or_else(|| Problem::ApplicationNotFound.into())
}

/// # Errors
/// The table failed.
pub(super) async fn applications(
    page: &PageRequest<ApplicationCursor>,
    applications: &impl ReadApplications,
) -> Result<Page<Application, ApplicationCursor>, Failure> {
    Ok(applications.applications(page).await?)
}

/// # Errors
/// [`Problem::ApplicationNotFound`], [`Problem::ChatNotFound`], [`Problem::NotStoredYet`], or a table failed.
pub(super) async fn chat(
    id: &ChatId,
    chats: &impl ReadChats,
    counters: &impl ReadCounters,
) -> Result<Chat, Failure> {
    let (_, row) = in_open_chat(id, counters, chats.chat(id)).await?;
    match row {
        Row::Live(chat) => Ok(chat),
        Row::Deleted => Err(Problem::ChatNotFound.into()),
        Row::Absent => {
            let last_chat = counters.last_chat(&id.application).await?.ok_or(Problem::ApplicationNotFound)?;
            // A chat may be open although its number was released: nobody was promised it.
            let is_coming = id.chat.get() <= last_chat;
            Err(if is_coming { Problem::NotStoredYet } else { Problem::ChatNotFound }.into())
        }
    }
}

/// # Errors
/// [`Problem::ApplicationNotFound`], or a table failed.
pub(super) async fn chats(
    application: &ApplicationId,
    page: &PageRequest<ChatNumber>,
    chats: &impl ReadChats,
    counters: &impl ReadCounters,
) -> Result<Page<Chat, ChatNumber>, Failure> {
    let found = chats.chats(application, page).await?;
    if found.items.is_empty() && counters.last_chat(application).await?.is_none() {
        return Err(Problem::ApplicationNotFound.into());
    }
    Ok(found)
}

/// # Errors
/// [`Problem::ApplicationNotFound`], [`Problem::ChatNotFound`], [`Problem::MessageNotFound`],
/// [`Problem::NotStoredYet`], or a table failed.
pub(super) async fn message(
    id: &MessageId,
    now: Timestamp,
    messages: &(impl ReadMessages + FindLaterMessages),
    counters: &impl ReadCounters,
) -> Result<Message, Failure> {
    let (last, row) = in_open_chat(&id.chat, counters, messages.message(id)).await?;
    match row {
        Row::Live(message) => Ok(message),
        Row::Absent if id.message.get() <= last => Err(missing_message(id, now, messages).await?.into()),
        Row::Absent | Row::Deleted => Err(Problem::MessageNotFound.into()),
    }
}

/// # Errors
/// [`Problem::ApplicationNotFound`], [`Problem::ChatNotFound`], or a table failed.
pub(super) async fn messages(
    chat: &ChatId,
    page: &PageRequest<MessageNumber>,
    now: Timestamp,
    messages: &impl ReadMessages,
    counters: &impl ReadCounters,
) -> Result<Page<Message, MessageNumber>, Failure> {
    let (_, found) = in_open_chat(chat, counters, messages.messages(chat, page, now)).await?;
    Ok(found)
}

/// Reads the chat's counter and something in the chat, at once. Returns the highest message number allocated, and what was
/// read. If the chat is not open, the read is dropped.
async fn in_open_chat<T>(
    chat: &ChatId,
    counters: &impl ReadCounters,
    read: impl Future<Output = Result<T, StoreError>>,
) -> Result<(u64, T), Failure> {
    tokio::try_join!(require_chat(chat, counters), async { Ok(read.await?) })
}

#[cfg(test)]
mod tests {
    use conversation::UNUSED_AFTER;
    use conversation::fake::FakeTables;
    use conversation::fake::samples::{
        application_id, chat_id, create_chat, create_message, delete_chat, delete_message, first_page,
        message_id,
    };
    use conversation::ports::{AllocateNumbers, CloseChats, StoreChats, StoreMessages};

    use super::*;

    fn problem<T: std::fmt::Debug>(outcome: Result<T, Failure>) -> Problem {
        outcome.unwrap_err().problem
    }

    fn now() -> Timestamp {
        Timestamp::from_millis(9_000)
    }

    /// Stores chat 1 and its message 1.
    async fn store(tables: &FakeTables, id: &ChatId) -> MessageId {
        StoreChats::create(tables, &create_chat(id, 1, 3)).await.unwrap();
        tables.allocate_number(id).await.unwrap();
        StoreMessages::create(tables, &create_message(id, 1, 1, "hello")).await.unwrap();
        message_id(id, 1)
    }

    #[tokio::test]
    async fn a_number_not_stored_yet_differs_from_one_never_allocated() {
        let (tables, id) = FakeTables::with_chat();
        assert_eq!(problem(chat(&id, &tables, &tables).await), Problem::NotStoredYet);
        let unknown = chat_id(&id.application, 2);
        assert_eq!(problem(chat(&unknown, &tables, &tables).await), Problem::ChatNotFound);

        tables.allocate_number(&id).await.unwrap();
        let first = message(&message_id(&id, 1), now(), &tables, &tables).await;
        assert_eq!(problem(first), Problem::NotStoredYet);
        let second = message(&message_id(&id, 2), now(), &tables, &tables).await;
        assert_eq!(problem(second), Problem::MessageNotFound);
    }

    #[tokio::test]
    async fn a_number_that_nothing_used_is_not_found_after_ten_minutes() {
        let (tables, id) = FakeTables::with_chat();
        for number in 1..=2 {
            assert_eq!(tables.allocate_number(&id).await.unwrap().unwrap().number.get(), number);
        }
        let write = create_message(&id, 2, 2, "later");
        StoreMessages::create(&tables, &write).await.unwrap();
        let ten_minutes = i64::try_from(UNUSED_AFTER.as_millis()).unwrap();
        for (age, expected) in
            [(ten_minutes, Problem::NotStoredYet), (ten_minutes + 1, Problem::MessageNotFound)]
        {
            let now = Timestamp::from_millis(write.at.millis() + age);
            let found = message(&message_id(&id, 1), now, &tables, &tables).await;
            assert_eq!(problem(found), expected);
        }
    }

    #[tokio::test]
    async fn stored_rows_are_read() {
        let (tables, id) = FakeTables::with_chat();
        let first = store(&tables, &id).await;
        assert_eq!(chat(&id, &tables, &tables).await.unwrap().number.get(), 1);
        assert_eq!(message(&first, now(), &tables, &tables).await.unwrap().body.as_str(), "hello");
        assert_eq!(messages(&id, &first_page(), now(), &tables, &tables).await.unwrap().items.len(), 1);
        assert_eq!(chats(&id.application, &first_page(), &tables, &tables).await.unwrap().items.len(), 1);
    }

    #[tokio::test]
    async fn deleted_rows_are_not_found() {
        let (tables, id) = FakeTables::with_chat();
        let first = store(&tables, &id).await;
        StoreMessages::delete(&tables, &delete_message(&id, 1, 2)).await.unwrap();
        assert_eq!(problem(message(&first, now(), &tables, &tables).await), Problem::MessageNotFound);
        assert_eq!(messages(&id, &first_page(), now(), &tables, &tables).await.unwrap().items, []);

        tables.close(&id).await.unwrap();
        assert_eq!(problem(message(&first, now(), &tables, &tables).await), Problem::ChatNotFound);
        assert_eq!(
            problem(messages(&id, &first_page(), now(), &tables, &tables).await),
            Problem::ChatNotFound
        );
        StoreChats::delete(&tables, &delete_chat(&id, 1)).await.unwrap();
        assert_eq!(problem(chat(&id, &tables, &tables).await), Problem::ChatNotFound);
        assert_eq!(chats(&id.application, &first_page(), &tables, &tables).await.unwrap().items, []);
    }

    #[tokio::test]
    async fn a_deleted_chat_is_gone_whatever_is_stored() {
        let (tables, id) = FakeTables::with_chat();
        let first = store(&tables, &id).await;
        tables.close(&id).await.unwrap();
        assert_eq!(problem(chat(&id, &tables, &tables).await), Problem::ChatNotFound);
        assert_eq!(problem(message(&first, now(), &tables, &tables).await), Problem::ChatNotFound);
        let found = messages(&id, &first_page(), now(), &tables, &tables).await;
        assert_eq!(problem(found), Problem::ChatNotFound);
    }

    #[tokio::test]
    async fn an_empty_list_differs_from_a_list_of_nothing() {
        let (tables, id) = FakeTables::with_chat();
        assert_eq!(messages(&id, &first_page(), now(), &tables, &tables).await.unwrap().items, []);
        assert_eq!(chats(&id.application, &first_page(), &tables, &tables).await.unwrap().items, []);

        let unknown = chat_id(&id.application, 2);
        let found = messages(&unknown, &first_page(), now(), &tables, &tables).await;
        assert_eq!(problem(found), Problem::ChatNotFound);
        let stranger = application_id();
        let found = chats(&stranger, &first_page(), &tables, &tables).await;
        assert_eq!(problem(found), Problem::ApplicationNotFound);
        let found = messages(&chat_id(&stranger, 2), &first_page(), now(), &tables, &tables).await;
        assert_eq!(problem(found), Problem::ApplicationNotFound);
        assert_eq!(problem(application(&stranger, &tables).await), Problem::ApplicationNotFound);
    }
}
