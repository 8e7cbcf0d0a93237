/// The columns of each line that is neither blank nor a comment.
pub fn lines<const COLUMNS: usize>(table: &str) -> impl Iterator<Item = [String; COLUMNS]> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).map(|line| {
        let columns: Vec<String> = line.split('\t').map(unescaped).collect();
        columns.try_into().unwrap_or_else(|_| panic!("not {COLUMNS} columns: {line:?}"))
    })
}

/// `\n`, `\t`, `\\` and `\u{…}` stand for what cannot be seen or would end a column.
fn unescaped(text: &str) -> String {
    let mut rest = text.chars();
    let mut plain = String::new();
    while let Some(letter) = rest.next() {
        plain.push(match letter {
            '\\' => escaped(&mut rest).unwrap_or_else(|| panic!("an unknown escape: {text:?}")),
            other => other,
        });
    }
    plain
}

fn escaped(rest: &mut std::str::Chars<'_>) -> Option<char> {
    match rest.next()? {
        'n' => Some('\n'),
        't' => Some('\t'),
        '\\' => Some('\\'),
        'u' => {
            let digits: String = rest.by_ref().skip(1).take_while(|letter| *letter != '}').collect();
            char::from_u32(u32::from_str_radix(&digits, 16).ok()?)
        }
        _ => None,
    }
}

#[test]
fn escapes_stand_for_one_character_each() {
    let [[name, body]] =
        lines("# a comment\n\n#name\ta\\n\\\\n\\t\\u{301}b").collect::<Vec<_>>().try_into().unwrap();
    assert_eq!((name.as_str(), body.as_str()), ("#name", "a\n\\n\t\u{301}b"));
}
