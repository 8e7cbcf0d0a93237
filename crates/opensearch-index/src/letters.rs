//! The kinds of characters that a query distinguishes.

use icu_properties::CodePointMapData;
use icu_properties::props::{GeneralCategory, GeneralCategoryGroup};

/// Whether the term has only letters, digits and marks: no punctuation and no symbol.
pub(crate) fn is_word(term: &str) -> bool {
    !term.contains(is_symbol)
}

/// Splits the term into its leading symbols, the word (which may contain symbols), and its trailing symbols.
pub(crate) fn split_symbols(term: &str) -> (&str, &str, &str) {
    let rest = term.trim_start_matches(is_symbol);
    let word = rest.trim_end_matches(is_symbol);
    let (before, _) = term.split_at(term.len() - rest.len());
    let (_, after) = rest.split_at(word.len());
    (before, word, after)
}

/// Punctuation or a symbol.
fn is_symbol(character: char) -> bool {
    !character.is_alphanumeric() && !is_mark(character)
}

/// The number of characters that are not marks.
pub(crate) fn count_bases(term: &str) -> usize {
    term.chars().filter(|character| !is_mark(*character)).count()
}

/// Whether the character only modifies its neighbours: accents, vowel signs and variation selectors (Unicode's category
/// Mark), and characters of other categories that the index removes (see `mapping.json`).
fn is_mark(character: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    GeneralCategoryGroup::Mark.contains(category)
        || matches!(character,
            '\u{0640}' // Arabic tatweel
            | '\u{1F3FB}'..='\u{1F3FF}' // skin tones
            | '\u{00AD}' // soft hyphen
            | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}' // zero-width space and joiners
            | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' // text direction
        )
}

/// Whether the character is Chinese, in Chinese or Japanese text.
pub(crate) fn is_ideograph(character: char) -> bool {
    matches!(character, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Whether the character is of a script without spaces between words: Chinese, Japanese, Thai, Lao, Burmese or Khmer.
pub(crate) fn is_unspaced(character: char) -> bool {
    is_ideograph(character)
        || matches!(character,
            '\u{3005}' | '\u{3040}'..='\u{30FF}' | '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}')
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn a_word_has_letters_digits_and_marks_only() {
        for word in ["hello", "cafe\u{301}", "नमस्ते", "สวัสดี", "שָׁלוֹם", "شُكْرًا", "می\u{200C}خواهم", "天气", "4th"]
        {
            assert!(is_word(word), "{word}");
        }
        for other in ["C++", "foo-bar", "don't", "a_b", "50%", "🎉", "كيف؟", "下雨，"] {
            assert!(!is_word(other), "{other}");
        }
    }

    #[test]
    fn symbols_around_a_word_are_split_off() {
        for (term, parts) in [
            ("word", ("", "word", "")),
            ("\"foo-bar?!", ("\"", "foo-bar", "?!")),
            ("&&", ("&&", "", "")),
            ("¿Qué?", ("¿", "Qué", "?")),
        ] {
            assert_eq!(split_symbols(term), parts, "{term}");
        }
    }

    #[test]
    fn a_letter_with_its_marks_has_one_base() {
        for one in ["e", "e\u{301}", "شُ", "👍🏽", "❤\u{FE0F}"] {
            assert_eq!(count_bases(one), 1, "{one}");
        }
        assert_eq!(count_bases("天气"), 2);
    }

    fn character_filter(name: &str) -> Value {
        let mapping: Value = serde_json::from_str(crate::creation::MAPPING).unwrap();
        mapping["settings"]["analysis"]["char_filter"][name].clone()
    }

    /// The characters that a filter of type `mapping` replaces.
    fn replaced(name: &str) -> Vec<String> {
        let filter = character_filter(name);
        let rules = filter["mappings"].as_array().unwrap().iter();
        rules.map(|rule| rule.as_str().unwrap().split_once("=>").unwrap().0.to_owned()).collect()
    }

    #[test]
    fn every_character_that_the_index_removes_is_a_mark() {
        let all: String = ('\0'..=char::MAX).collect();
        for name in ["invisible", "marks"] {
            let filter = character_filter(name);
            assert_eq!(filter["replacement"], "", "{name}");
            let pattern = regex_lite::Regex::new(filter["pattern"].as_str().unwrap()).unwrap();
            let removed: String = pattern.find_iter(&all).map(|found| found.as_str()).collect();
            assert!(removed.contains('\u{AD}'), "{name}");
            for character in removed.chars() {
                assert!(is_mark(character), "{name}: {}", character.escape_unicode());
            }
        }
    }

    #[test]
    fn characters_at_which_the_index_splits_words_are_symbols() {
        for joint in replaced("joints") {
            assert!(joint.chars().all(is_symbol), "{joint}");
        }
    }

    #[test]
    fn letters_that_the_index_folds_belong_to_words() {
        for letter in [replaced("letters"), replaced("final_sigma")].concat() {
            assert!(is_word(&letter), "{letter}");
        }
    }
}
