//! Search as its users see it: a chat in many languages, what is looked for in it, and what must be found in which
//! order. The figures that come of it stand in `docs/relevance.md`, which is held to them here.

mod corpus;
mod figures;
mod index;
mod query;
mod table;

use conversation::Order;
use corpus::Corpus;
use figures::Figures;
use index::Index;
use query::{Answered, Query};

const DOCUMENTATION: &str = include_str!("../../../../docs/relevance.md");

/// What must hold.
fn queries() -> Vec<Query> {
    Query::all(include_str!("queries.tsv"))
}

/// What users would like, and nobody promises.
fn wishes() -> Vec<Query> {
    Query::all(include_str!("wishes.tsv"))
}

async fn answered(queries: Vec<Query>) -> Vec<Answered> {
    let (corpus, index) = (Corpus::read(), Index::of_corpus().await);
    let mut answered = Vec::new();
    for query in queries {
        let hits = index.all(&query.text).await;
        let found = hits.iter().map(|hit| corpus.name(hit.message.number)).collect();
        answered.push(Answered { query, found });
    }
    answered
}

/// The figures, printed, which must be those of the documentation.
fn documented(answered: &[Answered]) {
    let figures = Figures::of(answered).to_string();
    println!("{figures}");
    assert!(DOCUMENTATION.contains(&figures), "docs/relevance.md tells other figures than these:\n{figures}");
}

#[tokio::test]
async fn every_query_finds_what_the_table_says_in_its_order() {
    let answered = answered(queries()).await;
    let wrong: Vec<String> = answered.iter().filter_map(Answered::fault).collect();
    let (figures, all) = (Figures::of(&answered), answered.len());
    assert!(wrong.is_empty(), "{} of {all} are wrong:\n{}\n\n{figures}", wrong.len(), wrong.join("\n"));
    assert!(figures.are_full(), "{figures}");
    documented(&answered);
}

#[tokio::test]
async fn what_is_only_wished_for_is_found_as_far_as_documented() {
    documented(&answered(wishes()).await);
}

#[tokio::test]
async fn every_hit_shows_its_own_text_with_the_match_marked() {
    let index = Index::of_corpus().await;
    let mut wrong = Vec::new();
    for query in queries() {
        for hit in index.all(&query.text).await {
            let body = hit.message.body.as_str();
            let shown = |fragment: &String| {
                fragment.contains("<em>") && body.contains(&fragment.replace("<em>", "").replace("</em>", ""))
            };
            if hit.highlights.is_empty() || !hit.highlights.iter().all(shown) {
                wrong.push(format!("{:?} in {body:?}: {:?}", query.text, hit.highlights));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn pages_of_any_size_and_order_show_every_hit_once() {
    let index = Index::of_corpus().await;
    for text in ["e", "th", "the", "rain", "天天"] {
        for order in [Order::Ascending, Order::Descending] {
            let whole = index.in_pages_of(200, text, order).await;
            assert!(whole.len() > 1, "{text} finds more than one");
            for size in [1, 3, 10] {
                assert_eq!(
                    index.in_pages_of(size, text, order).await,
                    whole,
                    "{text:?} by {size}, {order:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn texts_of_very_many_terms_are_answered() {
    let index = Index::of_corpus().await;
    let terms = |count: u32, first: u32, after: &str| {
        let term = |sign| char::from_u32(sign).unwrap().to_string() + after;
        (first..first + count).map(term).collect::<Vec<_>>().join(" ")
    };
    for text in [terms(250, 0x2200, ""), terms(50, 0x4E00, "一二三四五六七，"), terms(50, 0x4E00, "\"abcde?")]
    {
        assert_eq!(index.all(&text).await, [], "{text}");
    }
}
