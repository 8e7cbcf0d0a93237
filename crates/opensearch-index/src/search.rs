use conversation::ports::{HitCursor, ReadIndexState, SearchMessages, StoreError};
use conversation::{ChatId, Hit, Message, Order, Page, PageRequest, SearchText};
use opensearch::SearchParts;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::MessageIndex;
use crate::document::Document;
use crate::errors::{IndexError, accepted, decode};
use crate::query::query;

#[derive(Deserialize)]
struct SearchResponse {
    hits: Hits,
}

#[derive(Deserialize)]
struct Hits {
    hits: Vec<RawHit>,
}

#[derive(Deserialize)]
struct RawHit {
    #[serde(rename = "_source")]
    document: Document,
    /// The score and the number.
    sort: (f64, u64),
    #[serde(default)]
    highlight: Highlight,
}

#[derive(Deserialize, Default)]
struct Highlight {
    #[serde(rename = "body.pairs", default)]
    pairs: Vec<String>,
    #[serde(rename = "body.folded", default)]
    folded: Vec<String>,
    #[serde(rename = "body.beginnings", default)]
    beginnings: Vec<String>,
    #[serde(rename = "body.characters", default)]
    characters: Vec<String>,
}

fn request_body(chat: &ChatId, text: &SearchText, page: &PageRequest<HitCursor>) -> Value {
    let direction = match page.order {
        Order::Ascending => "asc",
        Order::Descending => "desc",
    };
    let mut body = json!({
        "query": query(chat, text),
        "sort": [{ "_score": "desc" }, { "number": direction }],
        // One hit more than the page holds tells whether there is a next page.
        "size": page.limit.as_usize() + 1,
        "track_total_hits": false,
        "highlight": {
            "fields": { "body.pairs": {}, "body.folded": {}, "body.beginnings": {}, "body.characters": {} },
            "number_of_fragments": 3,
        },
    });
    if let (Some(after), Some(body)) = (page.after, body.as_object_mut()) {
        body.insert("search_after".to_owned(), json!([after.score, after.number.get()]));
    }
    body
}

impl<State: ReadIndexState> SearchMessages for MessageIndex<State> {
    async fn search(
        &self,
        chat: &ChatId,
        text: &SearchText,
        page: &PageRequest<HitCursor>,
    ) -> Result<Page<Hit, HitCursor>, StoreError> {
        let (alias, routing) = ([self.client.alias.as_str()], chat.key());
        let routing = [routing.as_str()];
        let request = self.client.client.search(SearchParts::Index(&alias)).routing(&routing);
        let sent = request.body(request_body(chat, text, page)).send().await;
        let response = match accepted(sent).await {
            // There is no index before the first message.
            Err(IndexError::Refused { status: 404, .. }) => {
                self.require_no_index_yet().await?;
                return Ok(Page { items: Vec::new(), next: None });
            }
            result => result?,
        };
        let response: SearchResponse = decode(response).await?;
        let hits = response.hits.hits.into_iter().map(Hit::try_from).collect::<Result<_, _>>()?;
        Ok(Page::from_lookahead(hits, page.limit, |hit| HitCursor::from(hit)))
    }
}

impl TryFrom<RawHit> for Hit {
    type Error = IndexError;

    fn try_from(raw: RawHit) -> Result<Self, IndexError> {
        // `body.pairs` marks literal matches. The other fields mark what it cannot: a word with a typo, the word that a
        // single letter begins, a single symbol.
        let Highlight { pairs, folded, beginnings, characters } = raw.highlight;
        let highlights = [pairs, folded, beginnings, characters]
            .into_iter()
            .find(|fragments| !fragments.is_empty())
            .unwrap_or_default();
        Ok(Self { message: Message::try_from(raw.document)?, score: raw.sort.0, highlights })
    }
}
