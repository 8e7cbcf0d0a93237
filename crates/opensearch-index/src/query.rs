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

use crate::letters::{bases, is_word, without_signs_around};
use crate::typo::typos;

const BEGINNINGS: &str = "body.beginnings";
/// The characters of a word of which the index holds the beginnings.
const LONGEST_BEGINNING: usize = 20;
/// OpenSearch refuses queries of more than 1024 clauses. Of so many terms, each has up to 20 in all tiers together; a
/// text of more is looked for in two tiers only.
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
        return vec![tier(5, &every(&terms, whole_word)), tier(2, &every(&terms, anywhere))];
    }
    let mut in_order = every(&terms, whole_word);
    in_order.push(phrase("body", text));
    vec![
        tier(6, &in_order),
        tier(5, &every(&terms, whole_word)),
        tier(4, &every(&terms, folded_word)),
        tier(3, &every(&terms, beginning)),
        tier(2, &every(&terms, anywhere)),
        tier(1, &every(&terms, |term| anywhere_or_typo(term, terms.len()))),
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

fn any_of(clauses: &[Value]) -> Value {
    json!({ "bool": { "should": clauses, "minimum_should_match": 1 } })
}

/// The words of the term follow each other in `field`. Analysis into words drops punctuation, so a term with
/// any must stand there to the letter as well, and one of nothing else has no words to ask for.
fn words(field: &str, term: &str) -> Value {
    if is_word(term) {
        return phrase(field, term);
    }
    let words = json!({ "match_phrase": { field: { "query": term, "zero_terms_query": "all" } } });
    all_of(&[words, anywhere(term)])
}

fn whole_word(term: &str) -> Value {
    words("body", term)
}

fn folded_word(term: &str) -> Value {
    words("body.folded", term)
}

/// The words of the term begin words of the body that follow each other. The beginnings are in the index, so
/// that the size of its vocabulary, which is that of all tenants, does not matter.
fn beginning(term: &str) -> Value {
    let beginning = words(BEGINNINGS, term);
    if term.chars().nth(LONGEST_BEGINNING).is_none() {
        beginning
    } else {
        all_of(&[beginning, anywhere(term)])
    }
}

/// A single character has no pairs; nor has a letter with a mark, once the mark is folded away.
fn anywhere(term: &str) -> Value {
    let pairs = phrase("body.pairs", term);
    if term.chars().nth(1).is_none() {
        single(term)
    } else if bases(term) < 2 {
        any_of(&[pairs, single(term)])
    } else {
        pairs
    }
}

/// A letter or digit begins a word; a sign stands anywhere.
fn single(term: &str) -> Value {
    phrase(if is_word(term) { BEGINNINGS } else { "body.characters" }, term)
}

/// The signs around a word with a typo must be somewhere in the body, as the word must.
fn anywhere_or_typo(term: &str, terms: usize) -> Value {
    let (before, word, after) = without_signs_around(term);
    let typos = typos(word, terms);
    if typos.is_empty() {
        return anywhere(term);
    }
    let signs = [before, after].into_iter().filter(|signs| !signs.is_empty()).map(anywhere);
    let with_typo: Vec<Value> = [any_of(&typos)].into_iter().chain(signs).collect();
    any_of(&[anywhere(term), all_of(&with_typo)])
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
        assert!(!tiers.to_string().contains("fuzziness"));
        let exact = &tiers[1]["constant_score"]["filter"]["bool"]["filter"][0];
        assert_eq!(exact["bool"]["filter"][1], json!({ "match_phrase": { "body.pairs": "50%" } }));
    }

    /// The clauses of a query, as OpenSearch counts them: a phrase is one, however long.
    fn clauses(query: &Value) -> usize {
        let leaves = ["match_phrase", "match", "term"];
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
            terms(50, "一二三四五六七，"),
            terms(50, "a-b"),
            terms(50, "\"abcde?"),
            terms(16, &"一".repeat(23)),
            terms(166, "一"),
            terms(250, ""),
            (0..250).filter_map(|place| Some(format!("{} ", char::from_u32(0x2200 + place)?))).collect(),
            "天".repeat(500),
        ] {
            let text = text.trim();
            assert!(clauses(&built(text)) < 1024, "{} in {text}", clauses(&built(text)));
        }
    }
}
