use conversation::ports::{HitCursor, ReadCounters, SearchMessages};
use conversation::{ChatId, Failure, Hit, Page, PageRequest, SearchText, last_message};

/// Searches one chat. Only where nothing is found, the counters tell whether the chat exists.
///
/// # Errors
/// [`Problem::ApplicationNotFound`](conversation::Problem) or
/// [`Problem::ChatNotFound`](conversation::Problem), or where the index or the counters
/// did not answer.
pub(crate) async fn search(
    chat: &ChatId,
    text: &SearchText,
    page: &PageRequest<HitCursor>,
    index: &impl SearchMessages,
    counters: &impl ReadCounters,
) -> Result<Page<Hit, HitCursor>, Failure> {
    let found = index.search(chat, text, page).await?;
    if found.items.is_empty() {
        last_message(chat, counters).await?;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use conversation::fake::{FakeIndex, FakeTables, Fault};
    use conversation::{ChatNumber, Limit, Order, Problem, Token};

    use super::*;

    async fn problem_or_hits(
        chat: &ChatId,
        index: &FakeIndex,
        tables: &FakeTables,
    ) -> Result<usize, Problem> {
        let page = PageRequest { limit: Limit::default(), order: Order::Ascending, after: None };
        let text = SearchText::parse("tea").unwrap();
        search(chat, &text, &page, index, tables)
            .await
            .map(|found| found.items.len())
            .map_err(|failure| failure.problem)
    }

    #[tokio::test]
    async fn finding_nothing_is_told_from_searching_nowhere() {
        let ((tables, chat), index) = (FakeTables::with_chat(), FakeIndex::default());
        assert_eq!(problem_or_hits(&chat, &index, &tables).await, Ok(0));
        let beyond = ChatId { chat: ChatNumber::new(2).unwrap(), ..chat };
        assert_eq!(problem_or_hits(&beyond, &index, &tables).await, Err(Problem::ChatNotFound));
        let nowhere = ChatId { application: Token::random().unwrap(), ..beyond };
        assert_eq!(problem_or_hits(&nowhere, &index, &tables).await, Err(Problem::ApplicationNotFound));
    }

    #[tokio::test]
    async fn an_index_that_is_away_is_temporary() {
        let ((tables, chat), index) = (FakeTables::with_chat(), FakeIndex::default());
        index.faults.plan([Fault::Before]);
        assert_eq!(problem_or_hits(&chat, &index, &tables).await, Err(Problem::TemporarilyUnavailable));
    }
}
