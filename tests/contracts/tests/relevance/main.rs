//! Relevance of search: a chat in many languages, and for each query the messages that it must find, in order. The
//! figures are in `docs/relevance.md`, which must agree with them.

mod corpus;
mod figures;
mod index;
mod query;
mod table;

use conversation::Order;
use corpus::Corpus;
use figures::Figures;
use index::Index;
use query::{Query, QueryResult};

const DOCUMENTATION: &str = include_str!("../../../../docs/relevance.md");

/// Queries whose results the API promises.
fn promised() -> Vec<Query> {
    Query::read_all(include_str!("queries.tsv"))
}

/// Queries whose results users might like, but the API does not promise.
fn not_promised() -> Vec<Query> {
    Query::read_all(include_str!("not_promised.tsv"))
}

async fn run(queries: Vec<Query>) -> Vec<QueryResult> {
    let (corpus, index) = (Corpus::read(), Index::of_corpus().await);
    let mut results = Vec::new();
    for query in queries {
        let hits = index.hits(&query.text).await;
        let found = hits.iter().map(|hit| corpus.name(hit.message.number)).collect();
        results.push(QueryResult { query, found });
    }
    results
}

/// Prints the figures, and checks that the documentation has them.
fn assert_documented(results: &[QueryResult]) {
    let figures = Figures::of(results).to_string();
    println!("{figures}");
    assert!(DOCUMENTATION.contains(&figures), "docs/relevance.md does not have these figures:\n{figures}");
}

#[tokio::test]
async fn every_promised_query_finds_its_messages_in_order() {
    let results = run(promised()).await;
    let wrong: Vec<String> = results.iter().filter_map(QueryResult::fault).collect();
    let (figures, all) = (Figures::of(&results), results.len());
    assert!(wrong.is_empty(), "{} of {all} are wrong:\n{}\n\n{figures}", wrong.len(), wrong.join("\n"));
    assert!(figures.are_perfect(), "{figures}");
    assert_documented(&results);
}

#[tokio::test]
async fn the_figures_of_queries_that_are_not_promised_are_documented() {
    assert_documented(&run(not_promised()).await);
}

#[tokio::test]
async fn every_hit_has_highlights_of_its_body_with_a_marked_match() {
    let index = Index::of_corpus().await;
    let mut wrong = Vec::new();
    for query in promised() {
        for hit in index.hits(&query.text).await {
            let body = hit.message.body.as_str();
            let is_valid = |highlight: &String| {
                highlight.contains("<em>")
                    && body.contains(&highlight.replace("<em>", "").replace("</em>", ""))
            };
            if hit.highlights.is_empty() || !hit.highlights.iter().all(is_valid) {
                wrong.push(format!("{:?} in {body:?}: {:?}", query.text, hit.highlights));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn pages_of_any_size_and_order_have_every_hit_once() {
    let index = Index::of_corpus().await;
    for text in ["e", "th", "the", "rain", "天天"] {
        for order in [Order::Ascending, Order::Descending] {
            let on_one_page = index.numbers(text, 200, order).await;
            assert!(on_one_page.len() > 1, "{text} finds more than one message");
            for size in [1, 3, 10] {
                let in_pages = index.numbers(text, size, order).await;
                assert_eq!(in_pages, on_one_page, "{text:?} in pages of {size}, {order:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_query_may_have_very_many_terms() {
    let index = Index::of_corpus().await;
    let terms = |count: u32, first: u32, suffix: &str| {
        let term = |code| char::from_u32(code).unwrap().to_string() + suffix;
        (first..first + count).map(term).collect::<Vec<_>>().join(" ")
    };
    for text in [terms(250, 0x2200, ""), terms(50, 0x4E00, "一二三四五六七，"), terms(50, 0x4E00, "\"abcde?")]
    {
        assert_eq!(index.hits(&text).await, [], "{text}");
    }
}
