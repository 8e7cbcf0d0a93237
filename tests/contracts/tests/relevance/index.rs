use contracts::{Stack, chat, eventually, message_write};
use conversation::ports::{HitCursor, IndexMessages, SearchMessages};
use conversation::{
    ChatId, Hit, IndexChange, IndexedMessage, Limit, Message, Order, PageRequest, SearchText, Token,
};
use opensearch_index::MessageIndex;
use tokio::sync::OnceCell;

use crate::corpus::Corpus;

/// Numbers of messages in the other chat, from which nothing must be found.
const ELSEWHERE: u64 = 1_000;
/// A word of the corpus's last message.
const LAST_WORD: &str = "shipped";

/// The name of the index that all tests search, once the corpus is in it.
static FILLED: OnceCell<Token> = OnceCell::const_new();

/// The corpus in OpenSearch, in one chat, and once more in another.
pub struct Index {
    messages: MessageIndex,
    chat: ChatId,
}

impl Index {
    pub async fn of_corpus() -> Self {
        let token = FILLED.get_or_init(|| async {
            let token = Token::random().unwrap();
            Self::named(&token).fill().await;
            token
        });
        Self::named(token.await)
    }

    fn named(token: &Token) -> Self {
        let stack = Stack::of_tests();
        let alias = format!("test-{}", token.as_str().to_lowercase());
        let messages = MessageIndex::behind(&stack.config(), &stack.opensearch, &alias).unwrap();
        Self { messages, chat: chat(token, 1) }
    }

    async fn fill(&self) {
        let corpus = Corpus::read();
        let elsewhere = chat(&self.chat.application, 2);
        let changes: Vec<_> = corpus
            .bodies()
            .flat_map(|(number, body)| {
                [change(&elsewhere, number + ELSEWHERE, body), change(&self.chat, number, body)]
            })
            .collect();
        assert_eq!(self.messages.index(&changes).await.unwrap(), [] as [usize; 0]);
        for chat in [&self.chat, &elsewhere] {
            eventually("the last message can be found", async || {
                let hits = self.page(chat, LAST_WORD, first(1, Order::Ascending)).await.0;
                (!hits.is_empty()).then_some(())
            })
            .await;
        }
    }

    /// The hits of `text`, up to the largest page.
    pub async fn all(&self, text: &str) -> Vec<Hit> {
        self.page(&self.chat, text, first(200, Order::Ascending)).await.0
    }

    /// The numbers of all hits of `text`, page by page.
    pub async fn in_pages_of(&self, size: u8, text: &str, order: Order) -> Vec<u64> {
        let mut seen = Vec::new();
        let mut request = first(size, order);
        loop {
            let (hits, next) = self.page(&self.chat, text, request).await;
            seen.extend(hits.iter().map(|hit| hit.message.number.get()));
            if next.is_none() {
                return seen;
            }
            request = PageRequest { after: next, ..first(size, order) };
        }
    }

    async fn page(
        &self,
        chat: &ChatId,
        text: &str,
        request: PageRequest<HitCursor>,
    ) -> (Vec<Hit>, Option<HitCursor>) {
        let page = self.messages.search(chat, &SearchText::parse(text).unwrap(), &request).await.unwrap();
        (page.items, page.next)
    }
}

fn first(size: u8, order: Order) -> PageRequest<HitCursor> {
    PageRequest { limit: Limit::new(size).unwrap(), order, after: None }
}

fn change(chat: &ChatId, number: u64, body: &str) -> IndexChange {
    let write = message_write(chat, number, number, body);
    let message =
        Message { number: write.id.message, body: write.body, created_at: write.at, updated_at: write.at };
    IndexChange::Put(IndexedMessage { chat: chat.clone(), message, revision: write.revision })
}
