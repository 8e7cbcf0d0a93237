//! From a user's text to a query, in which the text is only ever a value.
//!
//! Every term of the text (what stands between white space) must be found. How well decides the tier
//! a message is in, and a tier is a constant score: the ranking is strict and stays the same from
//! page to page.
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

/// OpenSearch refuses queries of more than 1024 clauses; a term has up to 18 in all tiers together. A
/// text of more terms is looked for in two tiers only, which keeps the longest one below that.
const MOST_TERMS: usize = 50;

/// The query for `text` in `chat`.
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
    if terms.len() > MOST_TERMS {
        return vec![tier(5, &every(&terms, |term| phrase("body", term))), tier(2, &every(&terms, anywhere))];
    }
    let mut in_order = every(&terms, whole_word);
    in_order.push(phrase("body", text));
    vec![
        tier(6, &in_order),
        tier(5, &every(&terms, whole_word)),
        tier(4, &every(&terms, folded_word)),
        tier(3, &every(&terms, beginning)),
        tier(2, &every(&terms, anywhere)),
        tier(1, &every(&terms, anywhere_or_typo)),
    ]
}

fn tier(score: u8, all: &[Value]) -> Value {
    json!({ "constant_score": { "filter": { "bool": { "filter": all } }, "boost": score } })
}

fn every(terms: &[&str], clause: impl Fn(&str) -> Value) -> Vec<Value> {
    terms.iter().map(|term| clause(term)).collect()
}

fn phrase(field: &str, text: &str) -> Value {
    json!({ "match_phrase": { field: text } })
}

fn all_of(clauses: &[Value]) -> Value {
    json!({ "bool": { "filter": clauses } })
}

/// Analysis into words drops punctuation, so a term with any must stand there to the letter as well.
fn to_the_letter(term: &str, words: Value) -> Value {
    if term.chars().all(char::is_alphanumeric) { words } else { all_of(&[words, anywhere(term)]) }
}

fn whole_word(term: &str) -> Value {
    to_the_letter(term, phrase("body", term))
}

fn folded_word(term: &str) -> Value {
    to_the_letter(term, phrase("body.folded", term))
}

fn beginning(term: &str) -> Value {
    to_the_letter(term, word_beginnings(term))
}

/// The words of the term begin words of the body that follow each other. The beginnings are in the index, so
/// that the size of its vocabulary, which is that of all tenants, does not matter.
fn word_beginnings(term: &str) -> Value {
    phrase("body.beginnings", term)
}

/// A single character has no pairs, and is found as the beginning of a word. One that is written as letter
/// and mark has none either once the mark is folded away.
fn anywhere(term: &str) -> Value {
    let pairs = phrase("body.pairs", term);
    match term.chars().count() {
        1 => word_beginnings(term),
        2 => json!({ "bool": { "should": [pairs, word_beginnings(term)], "minimum_should_match": 1 } }),
        _ => pairs,
    }
}

/// Only a word can have a typo: three letters or digits and more, not a number.
fn anywhere_or_typo(term: &str) -> Value {
    let is_word = term.chars().all(char::is_alphanumeric) && !term.chars().all(char::is_numeric);
    if !is_word || term.chars().nth(2).is_none() {
        return anywhere(term);
    }
    let mut ways = vec![anywhere(term)];
    if term.chars().all(is_ideograph) {
        ways.extend(wrong_ideograph(term));
    } else {
        ways.push(json!({
            "fuzzy": {
                "body.folded": { "value": term.to_lowercase(), "fuzziness": "AUTO", "rewrite": "constant_score" }
            }
        }));
    }
    json!({ "bool": { "should": ways, "minimum_should_match": 1 } })
}

/// Chinese characters, each of which the index holds as a word of its own.
fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// The longest run of ideographs in which a wrong one is looked for: it takes a phrase for each.
const LONGEST_RUN: usize = 8;

/// Phrases that hold where one ideograph of the term is wrong, one too many, or left out.
fn wrong_ideograph(term: &str) -> Vec<Value> {
    let letters: Vec<char> = term.chars().collect();
    if letters.len() > LONGEST_RUN {
        return Vec::new();
    }
    let nearly = |text: String| json!({ "match_phrase": { "body.folded": { "query": text, "slop": 1 } } });
    let without = |left_out: usize| -> String {
        letters.iter().enumerate().filter(|(place, _)| *place != left_out).map(|(_, letter)| letter).collect()
    };
    (0..letters.len()).map(without).chain([term.to_owned()]).map(nearly).collect()
}

#[cfg(test)]
mod tests {
    use conversation::{ChatNumber, Token};

    use super::*;

    fn built(text: &str) -> Value {
        let chat =
            ChatId { application: Token::parse(&"t".repeat(32)).unwrap(), chat: ChatNumber::new(1).unwrap() };
        query(&chat, &SearchText::parse(text).unwrap())
    }

    /// The query with everything that stands in a value as text left out.
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
    fn the_text_stands_only_in_values() {
        let hostile = r#""}}],"match_all":{} *? AND OR: \"#;
        let harmless = "#----------------- +- ABC OR- ^";
        assert_eq!(shape(&built(hostile)), shape(&built(harmless)));
    }

    #[test]
    fn a_term_with_punctuation_has_no_typos_and_counts_to_the_letter() {
        let tiers = built("50%")["bool"]["must"][0]["dis_max"]["queries"].clone();
        assert!(!tiers.to_string().contains("fuzzy"));
        let exact = &tiers[1]["constant_score"]["filter"]["bool"]["filter"][0];
        assert_eq!(exact["bool"]["filter"][1], json!({ "match_phrase": { "body.pairs": "50%" } }));
    }

    /// The clauses of a query, as OpenSearch counts them: a phrase is one, however long.
    fn clauses(query: &Value) -> usize {
        let leaves = ["match_phrase", "fuzzy", "term"];
        match query {
            Value::Object(members) => members
                .iter()
                .map(|(name, value)| if leaves.contains(&name.as_str()) { 1 } else { clauses(value) })
                .sum(),
            Value::Array(items) => items.iter().map(clauses).sum(),
            _ => 0,
        }
    }

    #[test]
    fn texts_of_any_kind_stay_below_the_limit_of_clauses() {
        let terms = |count: u32, last: &str| -> String {
            (0..count)
                .filter_map(|place| Some(format!("{}{last} ", char::from_u32(0x4E00 + place)?)))
                .collect()
        };
        for text in [
            terms(50, "一二三四五六七"),
            terms(50, "a-b"),
            terms(166, "一"),
            terms(250, ""),
            "天".repeat(500),
        ] {
            let text = text.trim();
            assert!(clauses(&built(text)) < 1024, "{} in {text}", clauses(&built(text)));
        }
    }
}
