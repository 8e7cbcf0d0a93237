//! Words that are one slip away from the one typed.

use serde_json::{Value, json};

use crate::letters::{bases, is_ideograph, is_unspaced, is_word};

/// The shortest word, in letters without their marks, in which a typo is looked for.
const SHORTEST: usize = 3;
/// The shortest run of unspaced letters that are not all Chinese characters, in which one says less.
const SHORTEST_SPELT: usize = 5;
/// The longest run of unspaced letters in which a wrong one is looked for.
const LONGEST_RUN: usize = 24;
/// The most phrases that all runs of a text may take together.
const MOST_PHRASES: usize = 400;

/// The ways in which `word`, one of `terms`, may stand in a body with a typo; none where it is too short, a
/// number, or no word.
pub(crate) fn typos(word: &str, terms: usize) -> Vec<Value> {
    if !is_word(word) || word.chars().all(char::is_numeric) || bases(word) < SHORTEST {
        Vec::new()
    } else if word.chars().any(is_unspaced) {
        wrong_letter(word, MOST_PHRASES.checked_div(terms).unwrap_or(MOST_PHRASES).min(LONGEST_RUN))
    } else {
        vec![misspelt(word)]
    }
}

/// A word within one change of a letter, or two from eight letters on; two neighbours swapped are one change.
fn misspelt(word: &str) -> Value {
    json!({ "match": { "body.folded": {
        "query": word, "operator": "and", "fuzziness": "AUTO:3,8", "fuzzy_rewrite": "constant_score",
    } } })
}

/// Phrases of characters that hold where one of the run is wrong, one too many, or left out, or two are swapped.
/// There are no words to compare where nothing stands between them.
fn wrong_letter(run: &str, longest: usize) -> Vec<Value> {
    let letters: Vec<char> = run.chars().collect();
    let shortest = if run.chars().all(is_ideograph) { SHORTEST } else { SHORTEST_SPELT };
    if letters.len() < shortest || letters.len() > longest || !run.chars().all(is_unspaced) {
        return Vec::new();
    }
    let nearly =
        |text: String| json!({ "match_phrase": { "body.characters": { "query": text, "slop": 1 } } });
    let without = |left_out: usize| -> String {
        letters.iter().enumerate().filter(|(place, _)| *place != left_out).map(|(_, letter)| letter).collect()
    };
    (0..letters.len()).map(without).chain([run.to_owned()]).map(nearly).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_have_typos() {
        for term in ["50%", "foo-bar", "2024", "ab", "天气", "สวัส", "🎉🎉🎉"] {
            assert!(typos(term, 1).is_empty(), "{term}");
        }
        for (term, ways) in [("tea", 1), ("cafe\u{301}", 1), ("नमस्ते", 1), ("天气很", 4), ("สวัสดี", 7)]
        {
            assert_eq!(typos(term, 1).len(), ways, "{term}");
        }
    }

    #[test]
    fn the_more_terms_there_are_the_shorter_are_the_runs_looked_into() {
        let run = "一二三四五六七八九";
        assert_eq!(typos(run, 1).len(), 10);
        assert_eq!(typos(run, 50).len(), 0);
    }
}
