//! Turns the text of a search into an OpenSearch query. The text is only ever a value in it.
//!
//! The text is split into terms at white space, and each term must be found. How well they are found decides the
//! message's tier. A tier is a constant score, so the ranking is strict and does not change from page to page.
//!
//! | score | every term is … |
//! |---|---|
//! | 6 | a whole word, all in the order typed |
//! | 5 | a whole word |
//! | 4 | a whole word, but for accents and marks |
//! | 3 | the beginning of a word |
//! | 2 | somewhere in the text |
//! | 1 | somewhere in the text, or a word with a typo |

use conversation::{ChatId, SearchText};
use serde_json::{Value, json};

use crate::letters::{count_bases, is_word, split_symbols};
use crate::typo::typos;

const BEGINNINGS: &str = "body.beginnings";
/// The longest beginning of a word in the index, in characters.
const MAX_BEGINNING_CHARS: usize = 20;
/// OpenSearch rejects a query of more than 1024 clauses, and a term takes up to 20 in all tiers together. A text of more
/// terms than this gets only two tiers.
const MAX_TERMS: usize = 50;

/// The query that finds `text` in `chat`.
pub(crate) fn query(chat: &ChatId, text: &SearchText) -> Value {
    json!({
        "bool": {
            "filter": [{ "term": { "chat": chat.key() } }],
            "must": [{ "dis_max": { "queries": tiers(text.as_str()) } }],
        }
    })
}

fn tiers(text: &str) -> Vec<Value> {
    let mut terms: Vec<&str> = text.split_whitespace().collect();
    terms.sort_unstable();
    terms.dedup();
    if terms.len() > MAX_TERMS {
        return vec![tier(5, &each(&terms, whole_word)), tier(2, &each(&terms, substring))];
    }
    let mut in_order = each(&terms, whole_word);
    in_order.push(phrase("body", text));
    vec![
        tier(6, &in_order),
        tier(5, &each(&terms, whole_word)),
        tier(4, &each(&terms, folded_word)),
        tier(3, &each(&terms, word_beginning)),
        tier(2, &each(&terms, substring)),
        tier(1, &each(&terms, |term| substring_or_typo(term, terms.len()))),
    ]
}

fn tier(score: u8, clauses: &[Value]) -> Value {
    json!({ "constant_score": { "filter": all_of(clauses), "boost": score } })
}

fn each(terms: &[&str], clause: impl Fn(&str) -> Value) -> Vec<Value> {
    terms.iter().map(|term| clause(term)).collect()
}

fn phrase(field: &str, text: &str) -> Value {
    json!({ "match_phrase": { field: text } })
}

fn all_of(clauses: &[Value]) -> Value {
    json!({ "bool": { "filter": clauses } })
}

fn any_of(clauses: &[Value]) -> Value {
    json!({ "bool": { "should": clauses, "minimum_should_match": 1 } })
}

fn whole_word(term: &str) -> Value {
    words("body", term)
}

fn folded_word(term: &str) -> Value {
    words("body.folded", term)
}

/// `field` has the words of the term in sequence. Analysis into words drops punctuation. So a term that contains
/// punctuation must also match literally; a term of punctuation alone has no words to match.
fn words(field: &str, term: &str) -> Value {
    if is_word(term) {
        return phrase(field, term);
    }
    let words = json!({ "match_phrase": { field: { "query": term, "zero_terms_query": "all" } } });
    all_of(&[words, substring(term)])
}

/// The words of the term begin words of the body, in sequence. The index has a term for each beginning: a prefix query
/// would search the words of all tenants.
fn word_beginning(term: &str) -> Value {
    let beginning = words(BEGINNINGS, term);
    if term.chars().nth(MAX_BEGINNING_CHARS).is_none() {
        beginning
    } else {
        all_of(&[beginning, substring(term)])
    }
}

/// The body contains the term. A single character makes no pair, nor does a letter with a mark that the index removes.
fn substring(term: &str) -> Value {
    let pairs = phrase("body.pairs", term);
    if term.chars().nth(1).is_none() {
        single_character(term)
    } else if count_bases(term) < 2 {
        any_of(&[pairs, single_character(term)])
    } else {
        pairs
    }
}

/// A letter or digit is found at the beginning of a word only, a symbol anywhere.
fn single_character(term: &str) -> Value {
    phrase(if is_word(term) { BEGINNINGS } else { "body.characters" }, term)
}

/// A word may have a typo. The symbols around it must still be in the body, anywhere.
fn substring_or_typo(term: &str, term_count: usize) -> Value {
    let (before, word, after) = split_symbols(term);
    let typos = typos(word, term_count);
    if typos.is_empty() {
        return substring(term);
    }
    let symbols = [before, after].into_iter().filter(|symbols| !symbols.is_empty()).map(substring);
    let with_typo: Vec<Value> = [any_of(&typos)].into_iter().chain(symbols).collect();
    any_of(&[substring(term), all_of(&with_typo)])
}

#[cfg(test)]
mod tests {
    use conversation::fake::samples::{application_id, chat_id};

    use super::*;

    fn query_of(text: &str) -> Value {
        query(&chat_id(&application_id(), 1), &SearchText::parse(text).unwrap())
    }

    /// The query without its texts.
    fn shape(query: &Value) -> Value {
        match query {
            Value::String(_) => Value::Null,
            Value::Array(items) => items.iter().map(shape).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), shape(value))).collect()
            }
            other => other.clone(),
        }
    }

    #[test]
    fn the_text_is_only_ever_a_value() {
        let hostile = r#""}}],"match_all":{} *? AND OR: \"#;
        let harmless = "#----------------- +- ABC OR- ^";
        assert_eq!(shape(&query_of(hostile)), shape(&query_of(harmless)));
    }

    #[test]
    fn a_term_with_punctuation_must_match_literally_and_has_no_typos() {
        let tiers = query_of("50%")["bool"]["must"][0]["dis_max"]["queries"].clone();
        assert!(!tiers.to_string().contains("fuzziness"));
        let exact = &tiers[1]["constant_score"]["filter"]["bool"]["filter"][0];
        assert_eq!(exact["bool"]["filter"][1], json!({ "match_phrase": { "body.pairs": "50%" } }));
    }

    /// The number of clauses as OpenSearch counts them: a phrase of any length is one.
    fn count_clauses(query: &Value) -> usize {
        let leaves = ["match_phrase", "match", "term"];
        match query {
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| if leaves.contains(&name.as_str()) { 1 } else { count_clauses(value) })
                .sum(),
            Value::Array(items) => items.iter().map(count_clauses).sum(),
            _ => 0,
        }
    }

    #[test]
    fn no_text_exceeds_the_limit_of_clauses() {
        let terms = |count: u32, last: &str| -> String {
            (0..count)
                .filter_map(|offset| Some(format!("{}{last} ", char::from_u32(0x4E00 + offset)?)))
                .collect()
        };
        for text in [
            terms(50, "一二三四五六七"),
            terms(50, "一二三四五六七，"),
            terms(50, "a-b"),
            terms(50, "\"abcde?"),
            terms(16, &"一".repeat(23)),
            terms(166, "一"),
            terms(250, ""),
            (0..250).filter_map(|offset| Some(format!("{} ", char::from_u32(0x2200 + offset)?))).collect(),
            "天".repeat(500),
        ] {
            let text = text.trim();
            assert!(count_clauses(&query_of(text)) < 1024, "{} in {text}", count_clauses(&query_of(text)));
        }
    }
}
