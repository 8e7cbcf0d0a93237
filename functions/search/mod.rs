//! `GET` and `POST /applications/{token}/chats/{chat}/messages/search`

use conversation::ports::{HitCursor, ReadCounters, ReadTokenVersions, SearchMessages};
use conversation::{ChatId, Failure, Hit, Page, PageRequest, SearchText, require_chat, while_authorizing};
use dynamodb_tables::{Counters, IndexStates, TokenVersions};
use function_environment::{ConfigError, Environment};
use http_api::{Access, ApiError, ApiRequest, Endpoint, Fields, Reply, chat_id, hit, search_page_request};
use opensearch_index::{ClientError, MessageIndex};

use crate::access;

#[derive(Debug)]
pub struct Handler<Versions, Index, Counters> {
    pub access: Access<Versions>,
    pub index: Index,
    pub counters: Counters,
}

impl Handler<TokenVersions, MessageIndex<IndexStates>, Counters> {
    pub fn from_environment(environment: &Environment) -> Result<Self, ClientError> {
        let index = MessageIndex::from_environment(environment, IndexStates::from_environment(environment)?)?;
        Ok(Self::with_index(environment, index)?)
    }
}

impl<Index> Handler<TokenVersions, Index, Counters> {
    /// All ports but the index come from the environment.
    pub fn with_index(environment: &Environment, index: Index) -> Result<Self, ConfigError> {
        Ok(Self {
            access: access::from_environment(environment)?,
            index,
            counters: Counters::from_environment(environment)?,
        })
    }
}

impl<Versions, Index, Counters> Endpoint for Handler<Versions, Index, Counters>
where
    Versions: ReadTokenVersions,
    Index: SearchMessages,
    Counters: ReadCounters,
{
    const NAME: &'static str = "search";

    /// The text is the field `query` of a POST and the parameter `q` of a GET.
    async fn respond(&self, request: ApiRequest) -> Result<Reply, ApiError> {
        let caller = self.access.tenant(&request)?;
        let chat = chat_id(caller.application(), &request)?;
        let (mut fields, name) = if request.is_post() {
            (Fields::from_request(&request)?, "query")
        } else {
            (Fields::from_query(&request), "q")
        };
        let text = fields.search_text(name)?;
        let page = search_page_request(&request, &fields)?;
        let found = while_authorizing(caller.authorize(), search(&chat, &text, &page, self)).await?;
        // The link leads to the GET form, which has the same path.
        Ok(Reply::page(&found, &page, hit, &[("q", text.as_str())]))
    }
}

/// Searches one chat, and reads its counter at the same time: from its deletion on, nothing is found in it, whatever the index
/// still has.
async fn search(
    chat: &ChatId,
    text: &SearchText,
    page: &PageRequest<HitCursor>,
    ports: &Handler<impl ReadTokenVersions, impl SearchMessages, impl ReadCounters>,
) -> Result<Page<Hit, HitCursor>, Failure> {
    let search = async { Ok(ports.index.search(chat, text, page).await?) };
    let (_, found) = tokio::try_join!(require_chat(chat, &ports.counters), search)?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{application_id, chat_id, create_message, first_page, indexed_message};
    use conversation::fake::{FakeIndex, FakeTables, Fault};
    use conversation::ports::{CloseChats, IndexMessages, StoreMessages};
    use conversation::{IndexChange, Problem, TokenVersion};
    use http_api::fixture::{self, Event, send, token};
    use http_api::respond;
    use serde_json::{Value, json};

    use super::*;

    type FakeHandler = Handler<FakeTables, FakeIndex, FakeTables>;

    fn setup() -> (FakeHandler, ChatId) {
        let (counters, chat) = FakeTables::with_chat();
        let access = fixture::access(counters.clone());
        (Handler { access, index: FakeIndex::default(), counters }, chat)
    }

    async fn hits(chat: &ChatId, handler: &FakeHandler) -> Result<usize, Problem> {
        let text = SearchText::parse("tea").unwrap();
        search(chat, &text, &first_page(), handler)
            .await
            .map(|found| found.items.len())
            .map_err(|failure| failure.problem)
    }

    #[tokio::test]
    async fn no_hits_differs_from_unknown_chat() {
        let (handler, chat) = setup();
        assert_eq!(hits(&chat, &handler).await, Ok(0));
        let unknown = chat_id(&chat.application, 2);
        assert_eq!(hits(&unknown, &handler).await, Err(Problem::ChatNotFound));
        assert_eq!(hits(&chat_id(&application_id(), 2), &handler).await, Err(Problem::ApplicationNotFound));
    }

    #[tokio::test]
    async fn a_failing_index_is_temporary() {
        let (handler, chat) = setup();
        handler.index.faults.plan([Fault::Before]);
        assert_eq!(hits(&chat, &handler).await, Err(Problem::TemporarilyUnavailable));
    }

    /// Indexes three messages with "tea" in them.
    async fn index_three(handler: &FakeHandler, chat: &ChatId) {
        for number in 1..=3 {
            let write = create_message(chat, number, number, "tea, please");
            handler.counters.create(&write).await.unwrap();
            let message = indexed_message(chat, number, number, "tea, please");
            handler.index.index(&[IndexChange::Put(message)]).await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_deleted_chat_is_gone_whatever_is_indexed() {
        let (handler, chat) = setup();
        index_three(&handler, &chat).await;
        assert_eq!(hits(&chat, &handler).await, Ok(3));
        handler.counters.close(&chat).await.unwrap();
        assert_eq!(hits(&chat, &handler).await, Err(Problem::ChatNotFound));
    }

    /// The numbers of the hits and the `Link` of a response.
    async fn get(handler: &FakeHandler, event: Event) -> (Vec<u64>, Option<String>) {
        let response = respond(handler, None, event.into()).await;
        assert_eq!(response.status(), 200, "{response:?}");
        let link = response.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        let hits: Value = serde_json::from_slice(response.body()).unwrap();
        let number = |hit: &Value| hit["number"].as_u64().unwrap();
        (hits.as_array().unwrap().iter().map(number).collect(), link)
    }

    #[tokio::test]
    async fn get_and_post_find_the_same_and_link_to_the_get_form() {
        let (handler, chat) = setup();
        index_three(&handler, &chat).await;
        let token = token(&chat.application, 1);
        let path = [("token", token.as_str()), ("chat", "1")];
        let route = "/applications/{token}/chats/{chat}/messages/search";
        let by_get = Event::new(&format!("GET {route}"), &path).query(&[
            ("q", "tea"),
            ("limit", "2"),
            ("order", "desc"),
        ]);
        let fields = json!({ "query": "tea", "limit": 2, "order": "desc" });
        let by_post = Event::new(&format!("POST {route}"), &path).json(&fields);
        let link = "<?q=tea&limit=2&order=desc&after=1_2>; rel=\"next\"".to_owned();
        assert_eq!(get(&handler, by_get).await, (vec![3, 2], Some(link.clone())));
        assert_eq!(get(&handler, by_post).await, (vec![3, 2], Some(link)));
    }

    #[tokio::test]
    async fn a_revoked_token_finds_nothing() {
        let (handler, chat) = setup();
        index_three(&handler, &chat).await;
        handler.counters.set_token_version(&chat.application, TokenVersion::new(2));
        let route = "GET /applications/{token}/chats/{chat}/messages/search";
        for (version, expected) in [(1, 401), (1, 401), (2, 200)] {
            let path = [("token", &*token(&chat.application, version)), ("chat", "1")];
            let (status, body) = send(&handler, Event::new(route, &path).query(&[("q", "tea")])).await;
            assert_eq!(status, expected, "{body}");
            assert!(status == 200 || body["code"] == "token_revoked", "{body}");
        }
    }
}
