//! Words that are one typo away from the one typed.

use serde_json::{Value, json};

use crate::letters::{count_bases, is_ideograph, is_unspaced, is_word};

/// The shortest word with typos, in letters without their marks.
const MIN_LETTERS: usize = 3;
/// The same for a run of unspaced letters, unless all are Chinese characters: another letter says less.
const MIN_UNSPACED_LETTERS: usize = 5;
/// The longest run of unspaced letters with typos.
const MAX_UNSPACED_LETTERS: usize = 24;
/// The most phrases for the typos of one text.
const MAX_PHRASES: usize = 400;

/// The clauses that match `word`, one of `term_count` terms, with a typo. There are none if it is too short, a number, or
/// not a word.
pub(crate) fn typos(word: &str, term_count: usize) -> Vec<Value> {
    if !is_word(word) || word.chars().all(char::is_numeric) || count_bases(word) < MIN_LETTERS {
        Vec::new()
    } else if word.chars().any(is_unspaced) {
        unspaced_typos(
            word,
            MAX_PHRASES.checked_div(term_count).unwrap_or(MAX_PHRASES).min(MAX_UNSPACED_LETTERS),
        )
    } else {
        vec![fuzzy_word(word)]
    }
}

/// Allows one edit, or two for words of eight letters or more. Swapping two neighbours is one edit.
fn fuzzy_word(word: &str) -> Value {
    json!({ "match": { "body.folded": {
        "query": word, "operator": "and", "fuzziness": "AUTO:3,8", "fuzzy_rewrite": "constant_score",
    } } })
}

/// Matches the run with one letter wrong, added or missing, or with two neighbours swapped. A fuzzy query needs words,
/// and the run has none. So the clauses are the run, and the run without each of its letters, as phrases with at most
/// one gap.
fn unspaced_typos(run: &str, max_letters: usize) -> Vec<Value> {
    let letters: Vec<char> = run.chars().collect();
    let min_letters = if run.chars().all(is_ideograph) { MIN_LETTERS } else { MIN_UNSPACED_LETTERS };
    if letters.len() < min_letters || letters.len() > max_letters || !run.chars().all(is_unspaced) {
        return Vec::new();
    }
    let with_gap =
        |text: String| json!({ "match_phrase": { "body.characters": { "query": text, "slop": 1 } } });
    let without = |omitted: usize| -> String {
        letters
            .iter()
            .enumerate()
            .filter(|(position, _)| *position != omitted)
            .map(|(_, letter)| letter)
            .collect()
    };
    (0..letters.len()).map(without).chain([run.to_owned()]).map(with_gap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_have_typos() {
        for term in ["50%", "foo-bar", "2024", "ab", "天气", "สวัส", "🎉🎉🎉"] {
            assert!(typos(term, 1).is_empty(), "{term}");
        }
        for (term, clauses) in [("tea", 1), ("cafe\u{301}", 1), ("नमस्ते", 1), ("天气很", 4), ("สวัสดี", 7)]
        {
            assert_eq!(typos(term, 1).len(), clauses, "{term}");
        }
    }

    #[test]
    fn with_many_terms_only_short_runs_have_typos() {
        let run = "一二三四五六七八九";
        assert_eq!(typos(run, 1).len(), 10);
        assert_eq!(typos(run, 50).len(), 0);
    }
}
