use contracts::{message_index, page, put};
use conversation::fake::FakeIndexState;
use conversation::fake::samples::chat_id;
use conversation::ports::{HitCursor, IndexMessages, SearchMessages};
use conversation::{ApplicationId, ChatId, Hit, IndexChange, Order, PageRequest, SearchText};
use opensearch_index::MessageIndex;
use test_stack::eventually;
use tokio::sync::OnceCell;

use crate::corpus::Corpus;

/// Added to the numbers of the other chat's messages, which no search may find.
const ELSEWHERE: u64 = 1_000;
/// A word of the corpus's last message.
const LAST_WORD: &str = "shipped";

/// The name of the index that all tests search. It is set once the corpus is indexed.
static FILLED: OnceCell<ApplicationId> = OnceCell::const_new();

/// The corpus in OpenSearch: in one chat, and again in another.
pub struct Index {
    messages: MessageIndex<FakeIndexState>,
    chat: ChatId,
}

impl Index {
    pub async fn of_corpus() -> Self {
        let name = FILLED.get_or_init(|| async {
            let name = ApplicationId::random().unwrap();
            Self::named(&name).fill().await;
            name
        });
        Self::named(name.await)
    }

    fn named(name: &ApplicationId) -> Self {
        Self { messages: message_index(name), chat: chat_id(name, 1) }
    }

    async fn fill(&self) {
        let corpus = Corpus::read();
        let elsewhere = chat_id(&self.chat.application, 2);
        let changes: Vec<IndexChange> = corpus
            .bodies()
            .flat_map(|(number, body)| {
                let other = number + ELSEWHERE;
                [put(&elsewhere, other, other, body), put(&self.chat, number, number, body)]
            })
            .collect();
        assert_eq!(self.messages.index(&changes).await.unwrap(), [] as [usize; 0]);
        for chat in [&self.chat, &elsewhere] {
            eventually("a search finds the last message", async || {
                let hits = self.search(chat, LAST_WORD, page(1, Order::Ascending, None)).await.0;
                (!hits.is_empty()).then_some(())
            })
            .await;
        }
    }

    /// The hits of `text`, up to the largest page.
    pub async fn hits(&self, text: &str) -> Vec<Hit> {
        self.search(&self.chat, text, page(200, Order::Ascending, None)).await.0
    }

    /// The numbers of all hits of `text`, read in pages of `size`.
    pub async fn numbers(&self, text: &str, size: u8, order: Order) -> Vec<u64> {
        let mut numbers = Vec::new();
        let mut after = None;
        loop {
            let (hits, next) = self.search(&self.chat, text, page(size, order, after)).await;
            numbers.extend(hits.iter().map(|hit| hit.message.number.get()));
            if next.is_none() {
                return numbers;
            }
            after = next;
        }
    }

    async fn search(
        &self,
        chat: &ChatId,
        text: &str,
        request: PageRequest<HitCursor>,
    ) -> (Vec<Hit>, Option<HitCursor>) {
        let page = self.messages.search(chat, &SearchText::parse(text).unwrap(), &request).await.unwrap();
        (page.items, page.next)
    }
}
