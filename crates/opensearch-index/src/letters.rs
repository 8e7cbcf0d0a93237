//! What Unicode's names of blocks tell about letters, as far as a query depends on it.

/// Letters, digits, and the marks on them: what has no punctuation and no sign in it.
pub(crate) fn is_word(term: &str) -> bool {
    !term.contains(is_sign)
}

/// The signs before, what stands between, and the signs after.
pub(crate) fn without_signs_around(term: &str) -> (&str, &str, &str) {
    let rest = term.trim_start_matches(is_sign);
    let word = rest.trim_end_matches(is_sign);
    let (before, _) = term.split_at(term.len() - rest.len());
    let (_, after) = rest.split_at(word.len());
    (before, word, after)
}

fn is_sign(letter: char) -> bool {
    !letter.is_alphanumeric() && !is_mark(letter)
}

/// The characters of the term that stand for themselves, and are not marks on another.
pub(crate) fn bases(term: &str) -> usize {
    term.chars().filter(|letter| !is_mark(*letter)).count()
}

/// Accents and vowel signs that are characters of their own, joiners, variation selectors, and skin tones.
fn is_mark(letter: char) -> bool {
    matches!(letter,
        '\u{0300}'..='\u{036F}' // accents
        | '\u{0591}'..='\u{05BD}' | '\u{05BF}' | '\u{05C1}' | '\u{05C2}' | '\u{05C4}' | '\u{05C5}' | '\u{05C7}' // Hebrew
        | '\u{0640}' | '\u{064B}'..='\u{065F}' | '\u{0670}' // Arabic
        | '\u{0900}'..='\u{0903}' | '\u{093A}'..='\u{094F}' | '\u{0951}'..='\u{0957}' | '\u{0962}' | '\u{0963}' // Devanagari
        | '\u{0981}'..='\u{0983}' | '\u{09BC}' | '\u{09BE}'..='\u{09CD}' // Bengali
        | '\u{0B82}' | '\u{0BBE}'..='\u{0BCD}' // Tamil
        | '\u{0E31}' | '\u{0E34}'..='\u{0E3A}' | '\u{0E47}'..='\u{0E4E}' // Thai
        | '\u{0EB1}' | '\u{0EB4}'..='\u{0EBC}' | '\u{0EC8}'..='\u{0ECE}' // Lao
        | '\u{102B}'..='\u{103E}' | '\u{17B4}'..='\u{17D3}' // Burmese, Khmer
        | '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F3FB}'..='\u{1F3FF}')
}

/// Chinese characters.
pub(crate) fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

/// The letters of scripts that put no space between words: Chinese, Japanese, Thai, Lao, Burmese, Khmer.
pub(crate) fn is_unspaced(letter: char) -> bool {
    is_ideograph(letter)
        || matches!(letter,
            '\u{3005}' | '\u{3040}'..='\u{30FF}' | '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_belong_to_words_and_punctuation_does_not() {
        for word in ["hello", "cafe\u{301}", "नमस्ते", "สวัสดี", "שָׁלוֹם", "شُكْرًا", "می\u{200C}خواهم", "天气", "4th"]
        {
            assert!(is_word(word), "{word}");
        }
        for other in ["C++", "foo-bar", "don't", "a_b", "50%", "🎉", "كيف؟", "下雨，"] {
            assert!(!is_word(other), "{other}");
        }
    }

    #[test]
    fn signs_around_a_word_are_parted_from_it() {
        for (term, parts) in [
            ("word", ("", "word", "")),
            ("\"foo-bar?!", ("\"", "foo-bar", "?!")),
            ("&&", ("&&", "", "")),
            ("¿Qué?", ("¿", "Qué", "?")),
        ] {
            assert_eq!(without_signs_around(term), parts, "{term}");
        }
    }

    #[test]
    fn a_letter_with_its_marks_is_one() {
        for one in ["e", "e\u{301}", "شُ", "👍🏽", "❤\u{FE0F}"] {
            assert_eq!(bases(one), 1, "{one}");
        }
        assert_eq!(bases("天气"), 2);
    }
}
