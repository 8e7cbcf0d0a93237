use conversation::ports::{ApplicationCursor, ReadApplications, ReadChats, ReadCounters, ReadMessages};
use conversation::{
    Application, Chat, ChatId, ChatNumber, Failure, Message, MessageId, MessageNumber, Page, PageRequest,
    Problem, Row, Token, last_message,
};

/// # Errors
/// [`Problem::ApplicationNotFound`], or where the table did not answer.
pub(crate) async fn application(
    token: &Token,
    applications: &impl ReadApplications,
) -> Result<Application, Failure> {
    applications.application(token).await?.ok_or_else(|| Problem::ApplicationNotFound.into())
}

/// # Errors
/// Where the table did not answer.
pub(crate) async fn applications(
    page: &PageRequest<ApplicationCursor>,
    applications: &impl ReadApplications,
) -> Result<Page<Application, ApplicationCursor>, Failure> {
    Ok(applications.applications(page).await?)
}

/// # Errors
/// [`Problem::ApplicationNotFound`], [`Problem::ChatNotFound`] or [`Problem::NotStoredYet`], or
/// where a table did not answer.
pub(crate) async fn chat(
    id: &ChatId,
    chats: &impl ReadChats,
    counters: &impl ReadCounters,
) -> Result<Chat, Failure> {
    let row = chats.chat(id).await?;
    if let Row::Live(chat) = row {
        return Ok(chat);
    }
    // Only where nothing is found, the counters tell why. A chat that was promised to somebody is open.
    let (last_chat, last_message) =
        tokio::join!(counters.last_chat(&id.application), counters.last_message(id));
    let numbered = id.chat.get() <= last_chat?.ok_or(Problem::ApplicationNotFound)?;
    let on_its_way = row == Row::Absent && numbered && last_message?.is_some();
    Err(if on_its_way { Problem::NotStoredYet } else { Problem::ChatNotFound }.into())
}

/// # Errors
/// [`Problem::ApplicationNotFound`], or where a table did not answer.
pub(crate) async fn chats(
    application: &Token,
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
/// [`Problem::ApplicationNotFound`], [`Problem::ChatNotFound`], [`Problem::MessageNotFound`] or
/// [`Problem::NotStoredYet`], or where a table did not answer.
pub(crate) async fn message(
    id: &MessageId,
    messages: &impl ReadMessages,
    counters: &impl ReadCounters,
) -> Result<Message, Failure> {
    let row = messages.message(id).await?;
    if let Row::Live(message) = row {
        return Ok(message);
    }
    let numbered = id.message.get() <= last_message(&id.chat, counters).await?;
    let on_its_way = row == Row::Absent && numbered;
    Err(if on_its_way { Problem::NotStoredYet } else { Problem::MessageNotFound }.into())
}

/// # Errors
/// [`Problem::ApplicationNotFound`] or [`Problem::ChatNotFound`], or where a table did not answer.
pub(crate) async fn messages(
    chat: &ChatId,
    page: &PageRequest<MessageNumber>,
    messages: &impl ReadMessages,
    counters: &impl ReadCounters,
) -> Result<Page<Message, MessageNumber>, Failure> {
    let found = messages.messages(chat, page).await?;
    if found.items.is_empty() {
        last_message(chat, counters).await?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use conversation::fake::FakeTables;
    use conversation::ports::{CloseChats, NumberMessages, StoreChats, StoreMessages};
    use conversation::{
        Body, CreateChat, CreateMessage, DeleteChat, DeleteMessage, Limit, Order, Revision, Timestamp,
    };

    use super::*;

    fn message_id(chat: &ChatId, number: u64) -> MessageId {
        MessageId { chat: chat.clone(), message: MessageNumber::new(number).unwrap() }
    }

    fn first_page<Cursor>() -> PageRequest<Cursor> {
        PageRequest { limit: Limit::default(), order: Order::Ascending, after: None }
    }

    #[tokio::test]
    async fn what_is_numbered_and_not_stored_is_told_from_what_never_was() {
        let (tables, id) = FakeTables::with_chat();
        assert_eq!(chat(&id, &tables, &tables).await.unwrap_err().problem, Problem::NotStoredYet);
        let beyond = ChatId { chat: ChatNumber::new(2).unwrap(), ..id.clone() };
        assert_eq!(chat(&beyond, &tables, &tables).await.unwrap_err().problem, Problem::ChatNotFound);

        NumberMessages::allocate(&tables, &id).await.unwrap();
        let first = message(&message_id(&id, 1), &tables, &tables).await.unwrap_err();
        assert_eq!(first.problem, Problem::NotStoredYet);
        let second = message(&message_id(&id, 2), &tables, &tables).await.unwrap_err();
        assert_eq!(second.problem, Problem::MessageNotFound);
    }

    #[tokio::test]
    async fn what_is_stored_is_read() {
        let (tables, id) = FakeTables::with_chat();
        let (revision, at) = (Revision::new(1).unwrap(), Timestamp::from_millis(3));
        StoreChats::create(&tables, &CreateChat { id: id.clone(), revision, at }).await.unwrap();
        let body = Body::parse("hello".into()).unwrap();
        let write = CreateMessage { id: message_id(&id, 1), revision, body: body.clone(), at };
        StoreMessages::create(&tables, &write).await.unwrap();

        assert_eq!(chat(&id, &tables, &tables).await.unwrap().number.get(), 1);
        assert_eq!(message(&write.id, &tables, &tables).await.unwrap().body, body);
        assert_eq!(messages(&id, &first_page(), &tables, &tables).await.unwrap().items.len(), 1);
        assert_eq!(chats(&id.application, &first_page(), &tables, &tables).await.unwrap().items.len(), 1);
    }

    #[tokio::test]
    async fn what_was_deleted_is_not_found() {
        let (tables, id) = FakeTables::with_chat();
        let (revision, at) = (Revision::new(1).unwrap(), Timestamp::from_millis(3));
        StoreChats::create(&tables, &CreateChat { id: id.clone(), revision, at }).await.unwrap();
        NumberMessages::allocate(&tables, &id).await.unwrap();
        let body = Body::parse("hello".into()).unwrap();
        let write = CreateMessage { id: message_id(&id, 1), revision, body, at };
        StoreMessages::create(&tables, &write).await.unwrap();
        let deletion = DeleteMessage { id: write.id.clone(), revision: Revision::new(2).unwrap(), at };
        StoreMessages::delete(&tables, &deletion).await.unwrap();
        let failure = message(&write.id, &tables, &tables).await.unwrap_err();
        assert_eq!(failure.problem, Problem::MessageNotFound);
        assert_eq!(messages(&id, &first_page(), &tables, &tables).await.unwrap().items, []);

        tables.close(&id).await.unwrap();
        let failure = message(&write.id, &tables, &tables).await.unwrap_err();
        assert_eq!(failure.problem, Problem::ChatNotFound);
        let failure = messages(&id, &first_page(), &tables, &tables).await.unwrap_err();
        assert_eq!(failure.problem, Problem::ChatNotFound);
        StoreChats::delete(&tables, &DeleteChat { id: id.clone(), revision }).await.unwrap();
        assert_eq!(chat(&id, &tables, &tables).await.unwrap_err().problem, Problem::ChatNotFound);
        assert_eq!(chats(&id.application, &first_page(), &tables, &tables).await.unwrap().items, []);
    }

    #[tokio::test]
    async fn an_empty_list_is_told_from_a_list_of_nothing() {
        let (tables, id) = FakeTables::with_chat();
        assert_eq!(messages(&id, &first_page(), &tables, &tables).await.unwrap().items, []);
        assert_eq!(chats(&id.application, &first_page(), &tables, &tables).await.unwrap().items, []);

        let beyond = ChatId { chat: ChatNumber::new(2).unwrap(), ..id };
        let failure = messages(&beyond, &first_page(), &tables, &tables).await.unwrap_err();
        assert_eq!(failure.problem, Problem::ChatNotFound);
        let stranger = Token::random().unwrap();
        let failure = chats(&stranger, &first_page(), &tables, &tables).await.unwrap_err();
        assert_eq!(failure.problem, Problem::ApplicationNotFound);
        let nowhere = ChatId { application: stranger.clone(), ..beyond };
        let failure = messages(&nowhere, &first_page(), &tables, &tables).await.unwrap_err();
        assert_eq!(failure.problem, Problem::ApplicationNotFound);
        let failure = application(&stranger, &tables).await.unwrap_err();
        assert_eq!(failure.problem, Problem::ApplicationNotFound);
    }
}
