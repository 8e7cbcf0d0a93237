use conversation::ports::{HitCursor, SearchMessages, StoreError};
use conversation::{ChatId, Hit, Message, Order, Page, PageRequest, SearchText};
use opensearch::SearchParts;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::document::{Document, NotAMessage};
use crate::query::query;
use crate::{IndexError, MessageIndex};

#[derive(Deserialize)]
struct Answer {
    hits: Hits,
}

#[derive(Deserialize)]
struct Hits {
    hits: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
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
    letters: Vec<String>,
    #[serde(rename = "body.folded", default)]
    words: Vec<String>,
    #[serde(rename = "body.beginnings", default)]
    beginnings: Vec<String>,
    #[serde(rename = "body.characters", default)]
    characters: Vec<String>,
}

fn request(chat: &ChatId, text: &SearchText, page: &PageRequest<HitCursor>) -> Value {
    let direction = match page.order {
        Order::Ascending => "asc",
        Order::Descending => "desc",
    };
    let mut request = json!({
        "query": query(chat, text),
        "sort": [{ "_score": "desc" }, { "number": direction }],
        // One more, to learn whether there is one.
        "size": page.limit.as_usize() + 1,
        "track_total_hits": false,
        "highlight": {
            "fields": { "body.pairs": {}, "body.folded": {}, "body.beginnings": {}, "body.characters": {} },
            "number_of_fragments": 3,
        },
    });
    if let (Some(after), Some(request)) = (page.after, request.as_object_mut()) {
        request.insert("search_after".to_owned(), json!([after.score, after.number.get()]));
    }
    request
}

impl SearchMessages for MessageIndex {
    async fn search(
        &self,
        chat: &ChatId,
        text: &SearchText,
        page: &PageRequest<HitCursor>,
    ) -> Result<Page<Hit, HitCursor>, StoreError> {
        let routing = chat.key();
        let answer = self
            .client
            .search(SearchParts::Index(&[&self.alias]))
            .routing(&[&routing])
            .body(request(chat, text, page))
            .send()
            .await
            .map_err(StoreError::new)?;
        let status = answer.status_code().as_u16();
        if status == 404 {
            // There is no index before the first message.
            return Ok(Page { items: Vec::new(), next: None });
        }
        if !answer.status_code().is_success() {
            let reason = answer.text().await.map_err(StoreError::new)?;
            return Err(StoreError::new(IndexError::Refused { status, reason }));
        }
        let answer: Answer = answer.json().await.map_err(StoreError::new)?;
        let hits: Vec<Hit> =
            answer.hits.hits.into_iter().map(hit).collect::<Result<_, _>>().map_err(StoreError::new)?;
        Ok(Page::from_lookahead(hits, page.limit, |hit| HitCursor::from(hit)))
    }
}

fn hit(found: Found) -> Result<Hit, NotAMessage> {
    // The text itself is marked to the letter, where it was found; else the word with the typo, or the
    // word that begins with it.
    let Highlight { letters, words, beginnings, characters } = found.highlight;
    let highlights = [letters, words, beginnings, characters]
        .into_iter()
        .find(|marked| !marked.is_empty())
        .unwrap_or_default();
    Ok(Hit { message: Message::try_from(found.document)?, score: found.sort.0, highlights })
}
