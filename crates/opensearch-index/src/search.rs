use conversation::ports::{HitCursor, SearchMessages, StoreError};
use conversation::{ChatId, Hit, Message, Order, Page, PageRequest, SearchText};
use opensearch::SearchParts;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::document::Document;
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
        "highlight": { "fields": { "body.pairs": {}, "body.folded": {} }, "number_of_fragments": 3 },
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
        let hits: Vec<(f64, Hit)> =
            answer.hits.hits.into_iter().map(hit).collect::<Result<_, _>>().map_err(StoreError::new)?;
        let page = Page::from_lookahead(hits, page.limit, |(score, hit)| HitCursor {
            score: *score,
            number: hit.message.number,
        });
        Ok(Page { items: page.items.into_iter().map(|(_, hit)| hit).collect(), next: page.next })
    }
}

fn hit(found: Found) -> Result<(f64, Hit), crate::document::NotAMessage> {
    // Where the text itself was found, it is marked to the letter; otherwise the word with the typo is.
    let Highlight { letters, words } = found.highlight;
    let highlights = if letters.is_empty() { words } else { letters };
    Ok((found.sort.0, Hit { message: Message::try_from(found.document)?, highlights }))
}
